"""Which file and line a refusal is about, and what is shown of torch's own words."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
import torch
from capture_requests import MODELS, input_set, tensor
from tsctl_capture import jobs
from tsctl_capture.capture.saving import save_module
from tsctl_capture.capture.submodules import forget_compiled_types
from tsctl_capture.explain.problems.refusal import cleaned, frames_of


@pytest.fixture(autouse=True)
def as_in_a_process_of_its_own():
    forget_compiled_types()


@pytest.fixture
def refused(request_for, tmp_path, events):
    """The failed attempt for the class Net, or the function, of a source file."""

    def script(code: str, source: str = "net.py:Net", *shapes: tuple[int, ...]):
        file = tmp_path / source.split(":")[0]
        file.write_text(textwrap.dedent(code), encoding="utf-8")
        drawn = [tensor(*shape, stream=i) for i, shape in enumerate(shapes or [(2, 4)])]
        request = request_for(f"{tmp_path}/{source}", input_set(*drawn), mode="script")
        result = jobs.run("capture", request, events)
        assert result["failure"] is not None, "it is captured"
        return result["attempts"][-1]

    return script


def test_a_decorated_method_is_found_in_the_users_file(refused):
    diagnosis = refused(
        """\
        import torch


        class Net(torch.nn.Module):
            @torch.no_grad()
            def forward(self, x):
                for _ in range(x.argmax()):
                    x = x + 1
                return x
        """
    )["diagnosis"]
    assert (Path(diagnosis["file"]).name, diagnosis["line"]) == ("net.py", 7)
    assert diagnosis["change"] == "for _ in range(int(x.argmax())):"


def test_a_helper_in_another_file_is_named(refused, tmp_path):
    (tmp_path / "parts_of_it.py").write_text("def pick(x, rows):\n    return x[:rows]\n", encoding="utf-8")
    diagnosis = refused(
        """\
        import torch
        from parts_of_it import pick


        class Net(torch.nn.Module):
            def forward(self, x):
                squash = lambda t: t.tanh()
                return squash(pick(x, 1))
        """
    )["diagnosis"]
    assert (diagnosis["problem"], Path(diagnosis["file"]).name, diagnosis["line"]) == ("lambda", "net.py", 7)


def test_a_function_as_source(refused):
    diagnosis = refused(
        """\
        import torch


        def scaled(x: torch.Tensor, factor=2.0):
            return x * factor
        """,
        "functions.py:scaled",
    )["diagnosis"]
    assert (diagnosis["problem"], diagnosis["line"]) == ("missing-annotation", 4)
    assert diagnosis["change"] == "def scaled(x: torch.Tensor, factor: float = 2.0):"


def test_a_statement_over_several_lines_is_put_on_one(refused):
    diagnosis = refused(
        """\
        import torch


        class Net(torch.nn.Module):
            def joined(self, x, y: torch.Tensor | None):
                return x * (
                    y
                )

            def forward(self, x):
                return self.joined(x, x)
        """
    )["diagnosis"]
    assert diagnosis["problem"] == "optional-value"
    assert diagnosis["change"] == "assert y is not None\nreturn x * y"


def test_a_list_of_modules_over_several_lines(refused):
    diagnosis = refused(
        """\
        import torch
        from torch import nn


        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.layers = [
                    nn.Linear(4, 4),
                    nn.ReLU(),
                ]

            def forward(self, x):
                for layer in self.layers:
                    x = layer(x)
                return x
        """
    )["diagnosis"]
    assert diagnosis["line"] == 8
    assert diagnosis["change"] == "self.layers = nn.ModuleList([nn.Linear(4, 4), nn.ReLU()])"


def test_the_annotation_goes_to_the_submodule_that_lacks_it(refused):
    diagnosis = refused(
        """\
        import torch


        class Inner(torch.nn.Module):
            def forward(self, x, factor):
                return x * factor


        class Net(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.inner = Inner()

            def forward(self, x, factor: float = 1.0):
                return self.inner(x, factor)
        """
    )["diagnosis"]
    assert (diagnosis["line"], diagnosis["change"]) == (5, "def forward(self, x, factor: float):")


def test_names_in_other_alphabets_do_not_shift_the_place(refused):
    diagnosis = refused(
        """\
        import torch


        class Net(torch.nn.Module):
            def forward(self, größe):
                print("größe"); return größe.reshape(*größe.shape)
        """
    )["diagnosis"]
    assert (diagnosis["problem"], diagnosis["line"]) == ("star-argument", 6)
    assert diagnosis["change"].endswith("return größe.reshape(größe.shape)")


def test_what_is_not_known_keeps_torchs_words_at_the_users_place(refused):
    attempt = refused(
        """\
        import torch


        class Net(torch.nn.Module):
            def forward(self, x):
                return x[[slice(None)] * 2]
        """
    )
    assert attempt["diagnosis"] is None
    assert attempt["reason"].startswith("net.py:6: ")
    assert "net.py" in attempt["detail"] and "HERE" in attempt["detail"]


def test_a_second_refusal_does_not_name_the_places_of_the_first(refused):
    refused(
        """\
        import torch


        class Doubled(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x * 2


        class Net(torch.nn.Module):
            def forward(self, x):
                return Doubled.apply(x)
        """,
        "first.py:Net",
    )
    attempt = refused(
        """\
        import torch
        from torch.nn.utils.parametrizations import spectral_norm


        class Net(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.linear = spectral_norm(torch.nn.Linear(4, 2))

            def forward(self, x):
                return self.linear(x)
        """,
        "second.py:Net",
    )
    assert attempt["diagnosis"]["problem"] == "parametrization"
    assert "first.py" not in attempt["detail"]


def test_torchs_own_places_are_left_out():
    text = (
        'something failed:\n  File "/x/site-packages/torch/nn/modules/module.py", line 7\n'
        "    def inner(self):\n        ~~~~~ <--- HERE\n"
        "'inner' is being compiled since it was called from 'Net.forward'\n"
        '  File "/home/me/net.py", line 3\n    def forward(self, x):\n        return x\n        ~ <--- HERE\n'
    )
    shown = cleaned(text)
    assert "site-packages" not in shown and 'File "/home/me/net.py", line 3' in shown
    message, frames = frames_of(text)
    assert message == "something failed:"
    assert [(frame.file.rsplit("/", 1)[-1], frame.line, frame.shown.strip()) for frame in frames] == [
        ("module.py", 7, "def inner(self):"),
        ("net.py", 3, "return x"),
    ]


def test_an_ignored_method_is_named_with_its_definition(request_for, events, tmp_path):
    result = jobs.run(
        "capture", request_for("failing.py:Ignoring", input_set(tensor(1, 4)), mode="script"), events
    )
    lines = (MODELS / "failing.py").read_text(encoding="utf-8").splitlines()
    line = lines.index("    def logged(self, x: torch.Tensor) -> torch.Tensor:") + 1
    assert f"failing.py:{line}: " in result["failure"]["message"]
    assert "'logged'" in result["failure"]["message"]
    assert "@torch.jit.unused" in result["failure"]["hint"]


def test_a_module_without_python_calls_is_saved(tmp_path):
    save_module(torch.jit.script(torch.nn.Linear(2, 2)), str(tmp_path / "linear.pt"))
    assert torch.jit.load(str(tmp_path / "linear.pt"))(torch.ones(1, 2)).shape == (1, 2)
