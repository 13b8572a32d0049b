"""When few lines are all that block the script, that comes first; and the changes work as they are printed."""

import ast
import re

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


def applied(text: str, remedy: str) -> str:
    """The source with the printed changes made as they say."""
    tree, lines = ast.parse(text), text.splitlines()
    added: list[tuple[int, list[str]]] = []  # after a line

    def body_of(number: int, name: str) -> ast.FunctionDef:
        around = next(
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.ClassDef) and node.lineno <= number <= node.end_lineno
        )
        while True:
            for item in around.body:
                if isinstance(item, ast.FunctionDef) and item.name == name:
                    return item
            around = next(node for node in tree.body if getattr(node, "name", "") == around.bases[0].id)

    for number, change in re.findall(
        r"^  \w+\.py:(\d+) `.*` becomes\n((?:    .*\n?)+)", remedy, re.MULTILINE
    ):
        at = int(number)
        for line in (one[4:] for one in change.splitlines()):
            base = re.match(r"def (\w+)\(.*# in the base class, with the body of its (\w+)", line)
            if base:
                own = next(node for node in tree.body if node.lineno <= at <= node.end_lineno)
                above = next(node for node in tree.body if getattr(node, "name", "") == own.bases[0].id)
                found = next(item for item in above.body if getattr(item, "name", "") == base[2])
                copied = (
                    ast.parse("class A:\n" + "\n".join(lines[found.lineno - 1 : found.end_lineno]))
                    .body[0]
                    .body
                )
                copied[0].name = base[1]
                added.append(
                    (found.end_lineno, ["", *("    " + one for one in ast.unparse(copied[0]).splitlines())])
                )
            elif line.endswith("# in __init__"):
                added.append((body_of(at, "__init__").end_lineno, [" " * 8 + line]))
            else:
                indent = lines[at - 1][: len(lines[at - 1]) - len(lines[at - 1].lstrip())]
                lines[at - 1] = indent + line
    for after, more in sorted(added, key=lambda item: -item[0]):
        lines[after:after] = more
    return "\n".join(lines) + "\n"


def remedy_of(result):
    return next(attempt["remedy"] for attempt in result["attempts"] if attempt["remedy"])


@pytest.mark.parametrize(("name", "count"), [("Three", 3), ("Listed", 2), ("Sorts", 2)])
def test_all_changes_that_the_script_needs_are_named_and_work(
    request_for, events, follows, tmp_path, name, count
):
    request = request_for(f"blocked.py:{name}", input_set(tensor(2, 4)))
    result = jobs.run("capture", request, events)
    remedy = remedy_of(result)
    assert remedy.startswith(f"with these {count} changes the whole model can be scripted:")
    changed = tmp_path / "changed.py"
    changed.write_text(applied((MODELS / "blocked.py").read_text(), remedy))
    result = captured(
        {**request, "mode": "script", "source": {**request["source"], "file": str(changed)}}, events
    )
    assert result["status"] == "captured"
    follows()


def test_each_class_of_a_chain_of_super_gets_a_name_of_its_own(request_for, events):
    result = jobs.run("capture", request_for("blocked.py:Chain", input_set(tensor(2, 4))), events)
    remedy = remedy_of(result)
    assert remedy.startswith("with these 2 changes the whole model can be scripted:")
    assert "y = self.base_forward(x)" in remedy and "return self.base_base_forward(x) * 2" in remedy


def test_the_model_is_as_before_after_the_changes_were_tried(request_for, events):
    from tsctl_capture.capture.remedies import _written  # noqa: PLC2701
    from tsctl_capture.explain.diagnosis import Diagnosis
    from tsctl_capture.model.source import load_model
    from tsctl_capture.request import Source

    model = load_model(Source("x", str(MODELS / "blocked.py"), "", "Three"), 0)
    file, line = str(MODELS / "blocked.py"), line_of("blocked.py", "y = y * self.settings.scale")
    change = "self.scale = self.settings.scale  # in __init__\ny = y * self.scale"
    diagnosis = Diagnosis("object-attribute", file, line, "y = y * self.settings.scale", "", change, "")
    subject = type("Subject", (), {"model": model})()
    before = dict(vars(model.module))
    with _written(diagnosis, subject) as done:
        assert done and model.module.scale == 2.0
    assert vars(model.module) == before


def test_a_rounded_size_keeps_its_rounding(request_for, events):
    result = jobs.run("capture", request_for("blocked.py:Rounds", input_set(tensor(2, 7))), events)
    line = line_of("blocked.py", "half = round")
    expected = f"write `half = int(round(x.shape[1] * 0.5))` at blocked.py:{line}, and the whole model can be scripted"
    assert remedy_of(result) == expected


def test_what_is_refused_after_a_change_is_named_too(request_for, events):
    result = jobs.run("capture", request_for("blocked.py:Breaks", input_set(tensor(2, 4))), events)
    reason = result["attempts"][1]["reason"]
    line = line_of("blocked.py", "                break")
    assert f"; and after that change blocked.py:{line}: TorchScript unrolls a loop over modules" in reason
    assert not result["attempts"][1]["remedy"]


def test_a_hook_that_may_return_none_returns_its_argument_instead(request_for, events, follows, tmp_path):
    request = request_for("blocked.py:Clipped", input_set(tensor(2, 4)))
    result = jobs.run("capture", request, events)
    head, instead = result["attempts"][1]["diagnosis"]["change"].splitlines()
    assert instead == "return args  # in the place of None, also at the end"
    text = (MODELS / "blocked.py").read_text()
    text = text.replace("def clip(module, args):", head).replace("    return None\n", f"    {instead}\n")
    changed = tmp_path / "changed.py"
    changed.write_text(text)
    result = captured(
        {**request, "mode": "script", "source": {**request["source"], "file": str(changed)}}, events
    )
    assert result["status"] == "captured"
    follows()


def test_a_script_without_the_decorator_of_forward_says_so(request_for, events):
    result = jobs.run("capture", request_for("blocked.py:Decorated", input_set(tensor(2, 4))), events)
    line = line_of("blocked.py", "    @limited")
    assert result["status"] == "not_general"
    assert remedy_of(result) == (
        f"write what the decorator @limited does into forward (blocked.py:{line}): "
        "TorchScript compiles forward without it"
    )


def test_a_try_whose_handler_gives_the_result_is_not_just_left_out(request_for, events):
    request = request_for("outside.py:Caught", input_set(tensor(2, 4)), mode="script")
    diagnosis = jobs.run("capture", request, events)["attempts"][0]["diagnosis"]
    assert (diagnosis["problem"], diagnosis["change"]) == ("try", "")
