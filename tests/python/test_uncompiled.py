"""torch.compile, torch.cond and torch.utils.checkpoint in forward: captured as eager mode computes it."""

import pytest
import torch
from capture_requests import MODELS, captured, input_set, line_of, tensor
from tsctl_capture import jobs

X = tensor(2, 4)


def result_of(request_for, events, name, mode, /, **changes):
    return jobs.run("capture", request_for(f"compiles.py:{name}", input_set(X), mode=mode, **changes), events)


@pytest.mark.parametrize("mode", ["trace", "auto"])
@pytest.mark.parametrize("name", ["Decorated", "InForward", "OfMethod", "CompiledForward", "Rechecks"])
def test_the_functions_are_captured_that_are_given_to_torch_compile(request_for, events, follows, name, mode):
    before = torch.compile, torch.cond
    result = result_of(request_for, events, name, mode)
    assert result["status"] == "captured"
    assert result["warnings"][0]["text"].startswith("torch.compile is left out")
    follows()
    assert (torch.compile, torch.cond) == before


@pytest.mark.parametrize("name", ["Decorated", "CompiledForward"])
def test_a_script_of_a_compiled_function_needs_no_change(request_for, events, follows, name):
    assert result_of(request_for, events, name, "script")["status"] == "captured"
    follows()


def test_a_reentrant_checkpoint_is_traced(request_for, events, follows):
    source = {"kwargs_json": '{"reentrant": true}'}
    assert result_of(request_for, events, "Rechecks", "trace", source=source)["status"] == "captured"
    follows()


@pytest.mark.parametrize("name", ["Chooses", "ChoosesByLambda"])
def test_a_trace_keeps_one_branch_of_torch_cond(request_for, events, name):
    attempt = result_of(request_for, events, name, "trace")["attempts"][0]
    assert attempt["status"] == "not_general"
    line = line_of("compiles.py", f"class {name}") + 2
    assert f"the example decided the branch at compiles.py:{line} `return torch.cond(" in attempt["reason"]
    assert [one["decided_by"] for one in attempt["warnings"]] == ["values"]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("InForward", "return self.linear(x) + doubled(x)"),
        ("OfMethod", "return self.slow(x)"),
        ("Chooses", "return doubled(x) if x.sum() > 0 else negated(x)"),
        ("ChoosesByLambda", "return (x * 3) if x.sum() > 0 else (-x)"),
        ("Rechecks", "return self.block(x)"),
    ],
)
def test_the_change_for_a_script_works_as_written(request_for, events, follows, tmp_path, name, change):
    attempt = result_of(request_for, events, name, "script")["attempts"][0]
    found = attempt["diagnosis"]
    assert found["change"] == change
    place = f"compiles.py:{found['line']}"
    assert attempt["remedy"] == f"write `{change}` at {place}, and the whole model can be scripted"
    lines = (MODELS / "compiles.py").read_text().splitlines()
    lines[found["line"] - 1] = " " * 8 + change
    if name == "OfMethod":
        lines.remove("        self.fast = torch.compile(self.slow)")
    changed = tmp_path / "compiles.py"
    changed.write_text("\n".join(lines))
    request = request_for(f"compiles.py:{name}", input_set(X), mode="script", source={"file": str(changed)})
    assert captured(request, events)["status"] == "captured"
    follows()
