"""Models that are captured in two ways at once, and the marks that torch.jit knows (cases B3 to B7, B9)."""

import pytest
import torch
from capture_requests import MODELS, captured, input_set, tensor
from tsctl_capture import jobs
from tsctl_capture.capture import mixed
from tsctl_capture.capture.tracing import trace
from tsctl_capture.errors import CaptureError
from tsctl_capture.model.source import load_model
from tsctl_capture.request import Source

X = input_set(tensor(3, 4))


def tree(result):
    return [(node["path"], node["mode"]) for node in result["attempts"][-1]["submodules"]]


@pytest.mark.parametrize(
    ("name", "mode", "nodes"),
    [
        ("GateInside", "trace", [("", "traced"), ("gate", "scripted")]),
        (
            "DeepGate",
            "trace",
            [
                ("", "traced"),
                ("blocks", "inside"),
                ("blocks.0", "inside"),
                ("blocks.0.1", "scripted"),
                ("blocks.1", "scripted"),
                ("blocks.1.inner", "traced"),
            ],
        ),
        ("HelperRefused", "script", [("", "scripted"), ("part", "traced")]),
        ("Climbing", "script", [("", "scripted"), ("inner", "traced")]),
        ("StructuredInside", "script", [("", "scripted"), ("masked", "traced")]),
        ("IgnoredInPart", "script", [("", "scripted"), ("part", "traced")]),
        ("CautiousAndGate", "trace", [("", "traced"), ("gates", "inside"), ("gates.1", "scripted")]),
        ("UsesResults", "script", [("", "scripted"), ("one", "traced"), ("two", "traced")]),
        ("GateCannotCompile", "trace", [("", "traced"), ("outer", "scripted"), ("outer.keywords", "traced")]),
    ],
)
def test_divides_the_model(request_for, events, follows, name, mode, nodes):
    result = jobs.run("capture", request_for(f"mixed.py:{name}", X), events)
    assert (result["mode"], result["status"]) == (mode, "captured")
    assert [attempt["status"] for attempt in result["attempts"]][:2] == ["not_general", "failed"]
    assert tree(result) == nodes
    module, x = follows(), torch.randn(3, 4)
    model = load_model(Source(file=str(MODELS / "mixed.py"), name=name), 0).module
    for values in (x, -x, x * 9, -9 * x):
        torch.testing.assert_close(module(values), model(values))


def test_says_why_a_submodule_was_captured_apart(request_for, events):
    result = jobs.run("capture", request_for("mixed.py:GateInside", X), events)
    root, gate = result["attempts"][-1]["submodules"]
    assert root == {"path": "", "class_name": "GateInside", "mode": "traced", "reason": ""}
    assert gate["class_name"] == "Gate" and gate["reason"].startswith("it branches on values at mixed.py:")
    result = jobs.run("capture", request_for("mixed.py:HelperRefused", X), events)
    part = result["attempts"][-1]["submodules"][1]
    assert "takes no key" in part["reason"] and "mixed.py:" in part["reason"]


def test_a_part_of_many_calls_and_two_names(request_for, events, follows):
    sets = [input_set(tensor(2, n, 3, stream=n), label=f"T={n}") for n in (5, 3, 1)]
    result = jobs.run("capture", request_for("mixed.py:Stepping", *sets), events)
    assert (result["mode"], result["status"]) == ("script", "captured")
    assert tree(result) == [("", "scripted"), ("step", "traced")]
    module = follows()
    assert len(list(module.parameters())) == 2  # shared before, shared after


@pytest.mark.parametrize(("name", "tried"), [("GateInRoot", 3), ("Hopeless", 4)])
def test_the_model_is_as_before_when_no_division_helps(request_for, events, name, tried):
    result = jobs.run("capture", request_for(f"mixed.py:{name}", X), events)
    assert (result["mode"], result["status"]) == ("trace", "not_general")
    assert len(result["attempts"]) == tried
    assert all(attempt["status"] != "kept" for attempt in result["attempts"])


def test_every_way_that_failed_is_named(request_for, events):
    with pytest.raises(CaptureError) as caught:
        captured(request_for("mixed.py:HopelessWithNumber", X), events)
    message = caught.value.message
    assert "(trace: a trace returns tensors only" in message and "; script: " in message
    assert "; script around traced submodules: " in message and "mixed.py:" in message


def test_hybrid_keeps_its_number_and_its_exported_method(request_for, events, follows):
    inputs = f"{MODELS}/hybrid_inputs.py:both_branches"
    result = jobs.run("capture", request_for("hybrid.py:HybridModel", inputs_file=inputs), events)
    assert tree(result) == [("", "scripted"), ("encoder", "traced")]
    assert result["parameters"][1] == {"name": "threshold", "type": "float", "has_default": True}
    module, x = follows(), torch.ones(2, 3, 8, 8)
    assert module.encode(x).shape == (2, 4)
    assert not torch.equal(module(x, -9.0), module(x, 9.0))


def test_one_declared_number_does_not_fix_it_where_a_division_follows(request_for, events, follows):
    inputs = f"{MODELS}/hybrid_inputs.py:sets"
    result = jobs.run("capture", request_for("hybrid.py:HybridModel", inputs_file=inputs), events)
    assert result["mode"] == "script" and result["attempts"][-1]["fixed"] == []
    follows()


# --- by hand -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [[], [""], ["1x3x8x8"]])
def test_traces_a_named_submodule(request_for, events, follows, shape):
    image = input_set(tensor(1, 3, 8, 8))
    request = request_for("hybrid.py:HybridModel", image, trace_submodules=[["encoder", *shape]])
    result = jobs.run("capture", request, events)
    assert result["mode"] == "script" and len(result["attempts"]) == 1
    assert tree(result) == [("", "scripted"), ("encoder", "traced")]
    assert result["attempts"][0]["submodules"][1]["reason"] == "--trace-submodule names it"
    follows()


def test_scripts_a_named_submodule(request_for, events, follows):
    request = request_for("mixed.py:GateInside", X, script_submodules=["gate"])
    result = jobs.run("capture", request, events)
    assert result["mode"] == "trace" and tree(result) == [("", "traced"), ("gate", "scripted")]
    follows()


def test_traces_a_named_submodule_inside_a_scripted_one(request_for, events, follows):
    request = request_for(
        "mixed.py:DeepGate",
        X,
        script_submodules=["blocks.1", "blocks.0.1"],
        trace_submodules=[["blocks.1.inner", ""]],
    )
    result = jobs.run("capture", request, events)
    modes = [mode for _, mode in tree(result)]
    assert modes == ["traced", "inside", "inside", "scripted", "scripted", "traced"]
    follows()


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        ({"script_submodules": ["gat"]}, "usage", "--script-submodule gat: 'GateInside' has no submodule"),
        ({"script_submodules": ["first"]}, "capture", "the submodule 'first' cannot be scripted"),
        ({"script_submodules": ["gate"], "mode": "script"}, "usage", "needs tracing, but the mode is"),
        ({"trace_submodules": [["gate", ""]], "mode": "trace"}, "usage", "needs scripting"),
        (
            {"script_submodules": ["gate"], "trace_submodules": [["first", ""]]},
            "usage",
            "is not inside a submodule that --script-submodule names",
        ),
        ({"trace_submodules": [["", ""]]}, "usage", "has no submodule ''"),
    ],
)
def test_refuses_wrong_names(request_for, events, changes, kind, words):
    with pytest.raises(CaptureError) as caught:
        jobs.run("capture", request_for("mixed.py:GateInside", X, **changes), events)
    assert caught.value.kind == kind and words in caught.value.message


def test_a_submodule_that_is_never_called_needs_a_shape(request_for, events):
    with pytest.raises(CaptureError) as caught:
        jobs.run("capture", request_for("mixed.py:Uncalled", X, trace_submodules=[["spare", ""]]), events)
    assert "'spare' is never called" in caught.value.message
    assert "--trace-submodule spare=1x3x224x224" in caught.value.hint
    request = request_for("mixed.py:Uncalled", X, trace_submodules=[["spare", "2x4"]])
    assert jobs.run("capture", request, events)["status"] == "captured"


# --- marks -------------------------------------------------------------------------------------------


def test_script_if_tracing_keeps_its_branch(request_for, events, follows):
    result = jobs.run("capture", request_for("jit_marks.py:ScriptIfTracing", X), events)
    assert (result["mode"], result["status"]) == ("trace", "captured")
    module = follows()
    large = torch.full((1, 4), 50.0)
    torch.testing.assert_close(module(large), module.linear(large) / 2)
    assert result["attempts"][0]["submodules"] == []


@pytest.mark.parametrize("name", ["Unused", "Interfaces"])
def test_marks_that_a_script_understands(request_for, events, follows, name):
    result = jobs.run("capture", request_for(f"jit_marks.py:{name}", X), events)
    assert [attempt["status"] for attempt in result["attempts"]] == ["not_general", "kept"]
    module = follows()
    for x in (torch.ones(2, 4), -torch.ones(2, 4)):
        assert module(x).shape == (2, 4)


def test_annotated_methods(request_for, events, reloaded):
    result = jobs.run("capture", request_for("jit_marks.py:Annotated", X, mode="script"), events)
    assert result["parameters"][1]["type"] == "Optional[Tensor]"
    (module, (record,)), x = reloaded(), torch.ones(2, 4)
    assert module(*record["args"])[1] == record["outputs"][1]
    torch.testing.assert_close(module(x)[0], module.encode(x) * 2)
    torch.testing.assert_close(module(x, torch.zeros(2, 4))[0], torch.zeros(2, 4))
    torch.testing.assert_close(module.forward_optional(x, x), x + x)
    assert module.forward_optional(x) is not None


def test_a_recursive_module_is_scripted(request_for, events, follows):
    result = jobs.run("capture", request_for("mixed.py:Tree", X), events)
    assert result["status"] == "captured"
    follows()


def test_a_part_whose_trace_is_wrong_is_not_traced_in_every_round(request_for, events, monkeypatch):
    traced = []

    def counted(attempt, subject):
        traced.append(getattr(subject.model.module, "decides", None))
        trace(attempt, subject)

    monkeypatch.setattr(mixed, "trace", counted)
    result = jobs.run("capture", request_for("mixed.py:RefusedTwice", X), events)
    assert [attempt["status"] for attempt in result["attempts"]] == ["not_general", *["failed"] * 3]
    # As a part that decides; then, where scripting is tried around traces, each of the two that are refused.
    assert traced == [None, True, True, False]


def test_a_part_whose_answer_cannot_be_compared_is_left_in_the_whole(request_for, events, follows):
    result = jobs.run("capture", request_for("mixed.py:SparseBetween", X), events)
    assert result["status"] == "captured" and result["mode"] == "script"
    follows()
