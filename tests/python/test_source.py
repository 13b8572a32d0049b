"""SOURCE: what a name refers to, and the message for a name that fails."""

import json

import pytest
import torch
from capture_requests import MODELS, input_set, tensor
from tsctl_capture import jobs
from tsctl_capture.errors import CaptureError
from tsctl_capture.model.source import load_model
from tsctl_capture.request import Source


def source(file, name, kwargs=None, weights=""):
    text = json.dumps(kwargs) if kwargs is not None else ""
    return Source(f"{file}:{name}", str(MODELS / file), "", name, text, weights)


def failure(*arguments, **options):
    with pytest.raises(CaptureError) as caught:
        load_model(source(*arguments, **options), 0)
    return caught.value


@pytest.mark.parametrize(
    ("name", "kwargs", "class_name"),
    [
        ("SimpleModel", None, "SimpleModel"),
        ("SimpleModel", {"hidden": 16}, "SimpleModel"),
        ("make_model", {"hidden": 16}, "SimpleModel"),
        ("make_tiny", None, "Tiny"),
        ("instance", None, "Tiny"),
    ],
)
def test_builds_classes_factories_and_instances(name, kwargs, class_name):
    loaded = load_model(source("simple_model.py", name, kwargs), 0)
    assert loaded.class_name == class_name
    assert not loaded.module.training and loaded.was_training
    assert not loaded.is_function
    if kwargs:
        assert loaded.module.first.out_features == kwargs["hidden"]


def test_takes_a_function_whose_parameters_are_not_covered_as_the_model():
    assert load_model(source("simple_model.py", "scaled"), 0).is_function


def test_finds_a_module_by_its_package_name():
    loaded = load_model(Source("torch.nn:Identity", "", "torch.nn", "Identity"), 0)
    assert loaded.class_name == "Identity"


def test_imports_a_file_that_uses_relative_imports(tmp_path):
    package = tmp_path / "relative_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "layers.py").write_text("from torch import nn\nclass Part(nn.Identity):\n    pass\n")
    (package / "net.py").write_text("from .layers import Part\n")
    loaded = load_model(Source("net.py:Part", str(package / "net.py"), "", "Part"), 0)
    assert loaded.class_name == "Part"


def test_seeds_what_the_model_draws():
    first = load_model(source("simple_model.py", "Tiny"), 3).module.linear.weight
    again = load_model(source("simple_model.py", "Tiny"), 3).module.linear.weight
    other = load_model(source("simple_model.py", "Tiny"), 4).module.linear.weight
    assert torch.equal(first, again) and not torch.equal(first, other)


@pytest.mark.parametrize(
    ("name", "kwargs", "kind", "words"),
    [
        ("SimpelModel", None, "usage", "has no name 'SimpelModel'"),
        ("not_a_model", None, "usage", "is a dict"),
        ("NotAModule", None, "usage", "is not an nn.Module"),
        ("SimpleModel", {"width": 3}, "usage", "unexpected keyword argument 'width'"),
        ("instance", {"width": 3}, "usage", "is already a module"),
        ("make_model", {"width": 3}, "usage", "does not fit 'make_model'"),
        ("scaled", {"x": 3}, "usage", "returns no nn.Module"),
        ("make_broken", None, "capture", "raised ValueError: no such preset"),
    ],
)
def test_says_what_does_not_fit(name, kwargs, kind, words):
    error = failure("simple_model.py", name, kwargs)
    assert error.kind == kind
    assert words in error.message
    assert error.hint


def test_suggests_a_near_name():
    assert "'SimpleModel'" in failure("simple_model.py", "SimpelModel").hint


def test_says_that_a_class_needs_arguments():
    error = failure("failing.py", "NeedsWidth")
    assert error.kind == "usage" and "NeedsWidth(width)" in error.hint


def test_refuses_kwargs_that_are_no_object():
    with pytest.raises(CaptureError) as caught:
        load_model(Source("x", str(MODELS / "simple_model.py"), "", "SimpleModel", "[1]"), 0)
    assert caught.value.kind == "usage" and "--kwargs" in caught.value.message


def test_a_missing_file_is_an_input_error():
    error = failure("nowhere.py", "Net")
    assert error.kind == "input" and "nowhere.py' does not exist" in error.message


def test_a_missing_module_is_an_input_error():
    with pytest.raises(CaptureError) as caught:
        load_model(Source("no_such_package.net:Net", "", "no_such_package.net", "Net"), 0)
    assert caught.value.kind == "input"


def test_shows_the_users_traceback_from_their_first_frame():
    error = failure("failing_import.py", "Net")
    assert error.kind == "capture"
    assert "RuntimeError: the licence server is down" in error.message
    lines = error.detail.splitlines()
    assert lines[0].startswith("Traceback")
    assert "failing_import.py" in lines[1] and "importlib" not in error.detail
    assert "tsctl_capture" not in error.detail
    assert lines[-1] == "RuntimeError: the licence server is down"


def test_names_the_package_that_is_missing():
    error = failure("missing_package.py", "Net")
    assert error.kind == "capture" and "package_that_nobody_has" in error.hint


def test_an_exit_while_importing_is_reported(tmp_path):
    file = tmp_path / "exiting.py"
    file.write_text("import sys\nsys.exit(3)\n")
    with pytest.raises(CaptureError) as caught:
        load_model(Source("exiting.py:Net", str(file), "", "Net"), 0)
    assert caught.value.kind == "capture" and "SystemExit" in caught.value.message


def test_a_file_that_is_not_python_is_reported(tmp_path):
    file = tmp_path / "broken.py"
    file.write_text("class Net(:\n")
    with pytest.raises(CaptureError) as caught:
        load_model(Source("broken.py:Net", str(file), "", "Net"), 0)
    assert caught.value.kind == "capture" and "SyntaxError" in caught.value.message
    assert "class Net(:" in caught.value.detail


def test_a_constructor_that_raises_shows_its_line():
    error = failure("failing.py", "BrokenInit")
    assert error.kind == "capture" and "self.linear = nn.Linear(self.width, 2)" in error.detail


def test_counts_a_tied_parameter_once(tmp_path, request_for, events):
    file = tmp_path / "tied.py"
    file.write_text(
        "from torch import nn\n"
        "class Tied(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.a = nn.Linear(4, 4, bias=False)\n"
        "        self.b = nn.Linear(4, 4, bias=False)\n"
        "        self.b.weight = self.a.weight\n"
        "    def forward(self, x):\n"
        "        return self.b(self.a(x))\n"
    )
    result = jobs.run("capture", request_for(f"{file}:Tied", input_set(tensor(1, 4))), events)
    assert result["parameter_count"] == 16
