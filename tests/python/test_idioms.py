"""Idioms of real code: captured right, or refused with a remedy that works."""

import re

import pytest
import torch
from capture_requests import MODELS, axis_probes, captured, input_set, line_of, tensor
from tsctl_capture import jobs

X = tensor(2, 4)
IDS = tensor(2, 5, dtype="int64", low=0, high=18)


def result_of(request_for, events, name, *drawn, **changes):
    drawn = drawn or (X,)
    return jobs.run("capture", request_for(f"idioms.py:{name}", input_set(*drawn), **changes), events)


def at(text):
    return f"idioms.py:{line_of('idioms.py', text)}"


@pytest.mark.parametrize(
    ("name", "drawn", "old", "new"),
    [
        ("Contains", IDS, "if 19 in ids:", "if bool((ids == 19).any()):"),
        ("ContainsInList", IDS, "if 19 not in ids.tolist():", "if not bool((ids == 19).any()):"),
        (
            "AnyUnboundRow",
            X,
            "if any(row.sum() > 4 for row in x.unbind(0)):",
            "if any([bool(row.sum() > 4) for row in x.unbind(0)]):",
        ),
        ("AnyRow", X, "if any(row.sum() > 3 for row in x):", "if any([bool(row.sum() > 3) for row in x]):"),
    ],
)
def test_a_question_about_a_tensors_values_gets_a_line_that_can_be_scripted(
    request_for, events, follows, tmp_path, name, drawn, old, new
):
    result = result_of(request_for, events, name, drawn)
    assert result["status"] == "not_general"
    expected = f"write `{new}` at {at(old)}, and the whole model can be scripted"
    assert [one["remedy"] for one in result["attempts"]] == ["", expected]
    changed = tmp_path / "changed.py"
    changed.write_text((MODELS / "idioms.py").read_text().replace(old, new))
    request = request_for(f"idioms.py:{name}", input_set(drawn), source={"file": str(changed)})
    assert captured(request, events)["mode"] == "script"
    follows()


def test_the_larger_of_two_tensors_is_chosen_by_torch(request_for, events, follows, tmp_path):
    result = result_of(request_for, events, "LargestNorm")
    old = "best = max(x.norm(), (x + 1).norm())"
    new = "best = torch.maximum(x.norm(), (x + 1).norm())"
    assert result["attempts"][0]["remedy"].startswith(f"write `{new}` at {at(old)}: ")
    changed = tmp_path / "changed.py"
    changed.write_text((MODELS / "idioms.py").read_text().replace(old, new))
    request = request_for("idioms.py:LargestNorm", input_set(X), source={"file": str(changed)})
    assert captured(request, events)["mode"] == "trace"
    follows()


def test_a_buffer_that_the_first_call_makes_from_its_values_is_no_constant(request_for, events):
    calls = [input_set(tensor(2, 4)), input_set(tensor(3, 4, stream=1))]
    result = jobs.run("capture", request_for("idioms.py:LateBuffer", *calls), events)
    assert result["status"] == "not_general"
    texts = [one["text"] for one in result["warnings"] if one["code"] == "attribute_written"]
    assert texts == ["forward stores scale on the model: the file does not"]


def test_a_buffer_that_depends_on_a_size_follows_the_size(request_for, events, follows):
    drawn = tensor(2, 5)
    request = request_for("idioms.py:LatePositions", input_set(drawn), probes=axis_probes(drawn, 1))
    assert captured(request, events)["mode"] == "trace"
    module, x = follows(), torch.zeros(1, 9)
    assert torch.equal(module(x), torch.arange(9)[None] / 8)


def test_a_check_of_torchs_distributions_decides_nothing(request_for, events, follows):
    result = result_of(request_for, events, "LogProb")
    assert (result["status"], result["mode"]) == ("captured", "trace")
    assert {one["decided_by"] for one in result["attempts"][0]["warnings"]} == {"check"}
    follows()


def test_a_scripted_submodule_that_asks_is_scripting_is_named(request_for, events):
    result = result_of(request_for, events, "HoldsAware")
    assert result["status"] == "not_general"
    line = "if torch.jit.is_scripting():"
    expected = f"the script takes another branch than eager mode at {at(line)} `{line}`"
    assert expected in result["attempts"][-1]["reason"]


@pytest.mark.parametrize("name", ["Energy", "EnergyEnabled", "EnergyOfFunc"])
def test_a_gradient_in_forward_is_called_that(request_for, events, name):
    from tsctl_capture.errors import CaptureError

    with pytest.raises(CaptureError) as error:
        captured(request_for(f"idioms.py:{name}", input_set(X)), events)
    assert re.search("forward computes a gradient|forward uses torch.func", error.value.message)
    assert "requires grad" not in error.value.message and "storage" not in error.value.message
    assert error.value.hint.startswith("capture the method that computes what the gradient is taken of")


def test_the_gradient_of_a_captured_method_is_eagers(request_for, events, reloaded):
    captured(request_for("idioms.py:Energy.energy", input_set(X)), events)
    module, records = reloaded()
    x = records[0]["args"][0].requires_grad_(True)
    found = torch.autograd.grad(module(x), x)[0]
    weight, bias = module.state_dict().values() if len(module.state_dict()) == 2 else (None, None)
    assert weight is not None
    y = torch.nn.functional.linear(x, weight, bias)
    torch.testing.assert_close(found, (1 - torch.tanh(y) ** 2) @ weight)


def diagnosis_of(result):
    return next(one["diagnosis"] for one in result["attempts"] if one["diagnosis"] is not None)


def test_a_random_choice_of_a_module_becomes_a_loop(request_for, events, tmp_path):
    result = result_of(request_for, events, "RandomLayer", mode="script")
    found = diagnosis_of(result)
    assert (found["problem"], found["cause"]) == (
        "random",
        "TorchScript cannot call Python's random.choice(): draw the position with torch.randint",
    )
    lines = "".join(f"        {line}\n" for line in found["change"].splitlines())
    old = "        return random.choice(list(self.layers))(x)\n"
    changed = tmp_path / "changed.py"
    changed.write_text((MODELS / "idioms.py").read_text().replace(old, lines))
    request = request_for("idioms.py:RandomLayer", input_set(X), mode="script", source={"file": str(changed)})
    assert captured(request, events)["mode"] == "script"


@pytest.mark.parametrize(
    ("name", "stars", "change"),
    [
        (
            "PassesOn",
            "*args, **kwargs",
            "def forward(self, x, norm: bool = True, scale: float = 2.0):\ny = self.inner(x, norm, scale)",
        ),
        ("ReadsKeywords", "*args, **kwargs", "def forward(self, x, double: bool = False):\nif double:"),
    ],
)
def test_stars_become_named_parameters_in_one_change(request_for, events, tmp_path, name, stars, change):
    result = result_of(request_for, events, name)
    found = diagnosis_of(result)
    assert (
        found["cause"] == f"'forward' takes {stars}: a function in TorchScript names each of its parameters"
    )
    assert found["change"] == change
    assert "after that change" not in result["attempts"][1]["reason"]
    head, use = change.splitlines()
    text = (MODELS / "idioms.py").read_text()
    if name == "PassesOn":
        text = text.replace("def forward(self, *args, **kwargs):", head)
        text = text.replace("y = self.inner(*args, **kwargs)", use)
    else:
        text = text.replace("def forward(self, x, *args, **kwargs):", head)
        text = text.replace('if kwargs.get("double", False):', use)
    changed = tmp_path / "changed.py"
    changed.write_text(text)
    request = request_for(f"idioms.py:{name}", input_set(X), source={"file": str(changed)})
    assert captured(request, events)["mode"] == "script"


def test_a_loops_variable_that_is_read_after_the_loop_gets_a_name(request_for, events, tmp_path):
    found = diagnosis_of(result_of(request_for, events, "AfterLoop"))
    assert found["change"] == "step = 0\nfor step in range(5):\nreturn x + step"
    old = "        for _ in range(5):\n"
    text = (MODELS / "idioms.py").read_text().replace("return x + _", "return x + step")
    changed = tmp_path / "changed.py"
    changed.write_text(text.replace(old, "        step = 0\n        for step in range(5):\n"))
    request = request_for("idioms.py:AfterLoop", input_set(X), source={"file": str(changed)})
    assert captured(request, events)["mode"] == "script"


def test_an_object_with_a_method_becomes_a_module(request_for, events, tmp_path):
    found = diagnosis_of(result_of(request_for, events, "HoldsRule", mode="script"))
    assert found["change"] == "class Rule(nn.Module):  # with super().__init__() in its __init__"
    text = (MODELS / "idioms.py").read_text()
    text = text.replace(
        "@dataclass\nclass Rule:\n    limit: float = 0.5\n",
        "class Rule(nn.Module):\n"
        "    def __init__(self):\n        super().__init__()\n        self.limit = 0.5\n",
    )
    changed = tmp_path / "changed.py"
    changed.write_text(text)
    request = request_for("idioms.py:HoldsRule", input_set(X), source={"file": str(changed)})
    assert captured(request, events)["mode"] == "script"


def test_a_block_that_caches_parametrizations_is_left_out(request_for, events):
    result = result_of(request_for, events, "Cached")
    assert diagnosis_of(result)["change"] == "y = self.linear(self.linear(x))"
    assert result["failure"]["message"].count(diagnosis_of(result)["cause"]) == 1


def test_a_generator_is_told_what_to_return(request_for, events):
    failure = result_of(request_for, events, "generates")["failure"]
    assert failure["hint"] == "return tensors, numbers, strings, None, and lists, tuples or dicts of these"


def test_a_frozen_module_is_used_as_it_is(request_for, events, follows):
    assert captured(request_for("idioms.py:frozen", input_set(X)), events)["mode"] == "script"
    follows()


def test_a_module_without_another_mode_is_captured_as_it_is(request_for, events, follows):
    result = captured(request_for("idioms.py:NoOtherMode", input_set(X)), events)
    assert (result["mode"], result["was_training"]) == ("trace", False)
    follows()


def test_what_comes_after_a_module_without_another_mode_is_in_eval_mode_too(request_for, events, follows):
    result = captured(request_for("idioms.py:HoldsNoOtherMode", input_set(X)), events)
    assert result["was_training"]
    x = torch.tensor([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]])
    assert torch.allclose(follows()(x), 2 * x, atol=1e-3)  # not normalized by the batch


def test_a_number_that_may_be_the_larger_one_gets_no_torch_maximum(request_for, events):
    result = result_of(request_for, events, "LargerThanANumber")
    assert "torch.maximum" not in result["attempts"][0]["remedy"]


def test_a_call_that_does_more_than_forward_is_named(request_for, events):
    attempt = result_of(request_for, events, "HoldsCallsMore", mode="script")["attempts"][0]
    assert attempt["status"] == "not_general"
    assert attempt["remedy"] == (
        f"write what CallsMore.__call__ ({at('def __call__')}) does into forward: "
        "TorchScript calls forward alone"
    )


def test_a_file_may_import_its_own_package_by_name(request_for, events, tmp_path):
    package = tmp_path / "idiom_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "part.py").write_text("def twice(x):\n    return x * 2\n")
    net = package / "net.py"
    net.write_text(
        "import torch\nfrom idiom_package.part import twice\n\n\ndef net(x: torch.Tensor):\n    return twice(x)\n"
    )
    request = request_for("net.py:net", input_set(X), source={"file": str(net)})
    assert captured(request, events)["status"] == "captured"


@pytest.mark.parametrize(
    ("mode", "name", "text"),
    [
        (
            "auto",
            "Contains",
            "--accept-branch idioms.py:1 has no effect: no trace decided anything at that line; "
            "decisions by values, which can be accepted, are at {line}",
        ),
        (
            "trace",
            "LatePositions",
            "--accept-branch idioms.py:1 is not needed: no trace decided anything at that line",
        ),
    ],
)
def test_a_line_that_is_accepted_in_vain_is_named_with_those_that_decide(
    request_for, events, mode, name, text
):
    drawn = IDS if name == "Contains" else tensor(2, 5)
    result = result_of(request_for, events, name, drawn, mode=mode, accepted_branches=["idioms.py:1"])
    found = [one["text"] for one in result["warnings"] if one["code"] == "decided_by_example"]
    assert found == [text.format(line=at("if 19 in ids:"))]
