"""When one line is all that blocks the script, that comes first; and the change works."""

import pytest
from capture_requests import MODELS, captured, input_set, line_of, tensor
from tsctl_capture import jobs
from tsctl_capture.errors import CaptureError

IDS = input_set(tensor(2, 5, dtype="int64", low=4, high=39))


def test_the_one_line_that_blocks_the_script_is_named(request_for, events):
    result = jobs.run("capture", request_for("decisions.py:Generate", IDS), events)
    assert result["status"] == "not_general"
    line = line_of("decisions.py", "for _ in range")
    script = result["attempts"][1]
    assert script["remedy"] == f"rename `_` at decisions.py:{line}, and the whole model can be scripted"
    assert script["diagnosis"]["change"] == "for step in range(self.rounds):"


def test_the_change_works_as_written(request_for, events, follows, tmp_path):
    text = (MODELS / "decisions.py").read_text()
    changed = tmp_path / "changed.py"
    changed.write_text(text.replace("for _ in range(self.rounds):", "for step in range(self.rounds):"))
    request = request_for("decisions.py:Generate", IDS, source={"file": str(changed)})
    result = captured(request, events)
    assert (result["mode"], result["status"]) == ("script", "captured")
    follows()


@pytest.mark.parametrize(("name", "base"), [("SameConv", "Conv1d"), ("Doubled", "Linear")])
def test_the_remedy_for_super_forward_of_a_class_of_torch_works(request_for, events, tmp_path, name, base):
    kwargs = '{"in_channels": 4, "out_channels": 4, "kernel_size": 3, "padding": 1}'
    drawn = tensor(2, 4, 9)
    if base == "Linear":
        kwargs, drawn = '{"in_features": 4, "out_features": 4}', tensor(2, 4)
    request = request_for(
        f"inherits.py:{name}", input_set(drawn), mode="script", source={"kwargs_json": kwargs}
    )
    with pytest.raises(CaptureError) as error:
        captured(request, events)
    change = error.value.hint.split("`")[1]
    assert error.value.hint.endswith("and the whole model can be scripted")
    lines = (MODELS / "inherits.py").read_text().splitlines()
    number = int(error.value.hint.split("inherits.py:")[1].split(",")[0])
    lines[number - 1] = " " * 8 + change
    changed = tmp_path / "changed.py"
    changed.write_text("\n".join(lines) + "\n")
    captured({**request, "source": {**request["source"], "file": str(changed)}}, events)


@pytest.mark.parametrize(
    ("name", "part", "words"),
    [
        (
            "Hooked",
            "        def hook(module, args, out):\n            self.seen",
            "reads variables of the function",
        ),
        (
            "HookedToo",
            "        def hook(module, args, out):\n            return",
            "reads variables of the function",
        ),
        ("HookedByLambda", "        self.linear.register_forward_hook(lambda", "a hook is a lambda"),
    ],
)
def test_a_hook_that_is_a_closure_is_traced(request_for, events, follows, name, part, words):
    request = request_for(f"inherits.py:{name}", input_set(tensor(2, 4)), mode="script")
    line = (MODELS / "inherits.py").read_text().split(part)[0].count("\n") + 1
    with pytest.raises(CaptureError, match=rf"inherits\.py:{line}: .*{words}") as error:
        captured(request, events)
    assert error.value.hint == "capture it with tsctl trace: a trace records what the hook computes"
    captured({**request, "mode": "trace"}, events)
    follows()
