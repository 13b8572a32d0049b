"""The job "capture": which way is kept, and what the file then does."""

import pytest
import torch
from capture_requests import MODELS, axis_probes, captured, input_set, probe, tensor
from tsctl_capture import jobs
from tsctl_capture.errors import CaptureError


def statuses(attempt):
    return [comparison["status"] for comparison in attempt["comparisons"]]


def test_traces_an_mlp(request_for, events, follows):
    x = tensor(1, 784)
    request = request_for(
        "simple_model.py:SimpleModel", input_set(x), probes=axis_probes(x, 0) + axis_probes(x, 1)
    )
    result = jobs.run("capture", request, events)
    assert (result["mode"], result["status"]) == ("trace", "captured")
    assert result["class_name"] == "SimpleModel"
    assert result["was_training"]
    assert result["parameter_count"] == 784 * 128 + 128 + 1280 + 10
    assert result["parameter_bytes"] == 4 * result["parameter_count"]
    assert result["parameters"] == [{"name": "x", "type": "Tensor", "has_default": False}]
    assert result["output_names"] == ["out"]
    assert result["adapter"] == ""
    assert result["not_checked"] == ["axis 1 of input x was only tried as 784: eager refuses other sizes"]
    # The set, batch 2, 785 and 783 features, then other values.
    assert statuses(result["attempts"][0]) == ["same", "same", "refused", "refused", *["same"] * 6]
    assert events.lines[0] == "building simple_model.py:SimpleModel"
    follows()


def test_traces_a_cnn_at_every_batch_size(request_for, events, follows):
    sets = [input_set(tensor(n, 1, 28, 28, stream=n), label=f"B={n}") for n in (1, 8, 32)]
    result = jobs.run("capture", request_for("simple_cnn.py:SimpleCNN", *sets), events)
    assert result["mode"] == "trace" and result["status"] == "captured"
    assert result["input_labels"] == ["B=1", "B=8", "B=32"]
    follows()


@pytest.mark.parametrize("mode", ["trace", "script"])
def test_captures_a_function(request_for, events, follows, mode):
    request = request_for("simple_model.py:scaled", input_set(tensor(3, 4)), mode=mode)
    result = jobs.run("capture", request, events)
    assert result["mode"] == mode and result["class_name"] == "scaled"
    module = follows()
    if mode == "script":
        assert result["parameters"][1] == {"name": "factor", "type": "float", "has_default": True}
        assert torch.equal(module(torch.ones(2), factor=3.0), torch.full((2,), 3.0))


def test_scripts_a_branch_that_the_trace_decided_by_its_example(request_for, events, follows):
    result = jobs.run(
        "capture", request_for("branching.py:ConditionalModel", input_set(tensor(1, 10))), events
    )
    assert (result["mode"], result["status"]) == ("script", "captured")
    trace, script = result["attempts"]
    assert trace["status"] == "not_general" and script["status"] == "kept"
    assert "the input set with mirrored values" in trace["reason"]
    assert "branching.py:16 `if x.sum() > 0:`" in trace["reason"]
    assert [warning["code"] for warning in trace["warnings"]] == ["branch_decided"]
    module = follows()
    x = torch.ones(1, 10)
    assert torch.equal(module(x), module.positive(x)) and torch.equal(module(-x), module.negative(-x))


def test_trace_of_a_branch_is_not_general(request_for, events):
    request = request_for("branching.py:ConditionalModel", input_set(tensor(1, 10)), mode="trace")
    result = jobs.run("capture", request, events)
    assert (result["mode"], result["status"]) == ("trace", "not_general")
    assert len(result["attempts"]) == 1


def test_keeps_the_trace_as_not_general_when_scripting_fails(request_for, events):
    result = jobs.run("capture", request_for("branching.py:Unscriptable", input_set(tensor(1, 10))), events)
    assert (result["mode"], result["status"]) == ("trace", "not_general")
    assert [attempt["status"] for attempt in result["attempts"]] == ["not_general", "failed"]
    assert "branching.py:" in result["attempts"][1]["reason"]


def test_catches_a_length_that_never_warns(request_for, events):
    x = tensor(3, 2)
    request = request_for(
        "lengths.py:ByLen", input_set(x), probes=axis_probes(x, 0), mode="trace", require_general=True
    )
    assert jobs.run("capture", request, events)["status"] == "not_general"
    request = request_for("lengths.py:ByShape", input_set(x), probes=axis_probes(x, 0), mode="trace")
    assert jobs.run("capture", request, events)["status"] == "captured"


def test_scripts_a_loop_over_the_sequence(request_for, events, follows):
    sets = [input_set(tensor(2, n, 4, stream=n), label=f"T={n}") for n in (5, 20, 1)]
    result = jobs.run("capture", request_for("lengths.py:RNNModel", *sets), events)
    assert result["mode"] == "script"
    assert "T=20" in result["attempts"][0]["reason"]
    follows()


def test_scripts_a_flag_and_compares_both_values(request_for, events, follows):
    request = request_for("branching.py:FlagModel", inputs_file=f"{MODELS}/branching.py:both_flags")
    result = jobs.run("capture", request, events)
    # The first set leaves the flag to its default, and the second gives it: no trace takes both.
    assert result["mode"] == "script"
    assert result["attempts"][0]["reason"].endswith(
        "the default of double, for which set 2 has another value"
    )
    assert result["input_labels"] == ["set 1", "set 2"]
    assert len(result["inputs_sha256"]) == 64
    assert result["parameters"][1] == {"name": "double", "type": "bool", "has_default": True}
    follows()


def test_explains_that_a_trace_takes_no_bool(request_for, events):
    request = request_for(
        "structures.py:BoolCondition", inputs_file=f"{MODELS}/structures.py:both_conditions", mode="trace"
    )
    with pytest.raises(CaptureError) as caught:
        captured(request, events)
    assert "a trace takes tensors only" in caught.value.message
    assert "condition=True, which is False in set 2" in caught.value.message
    assert "tsctl script" in caught.value.hint


def test_scripts_a_bool_that_a_trace_would_keep(request_for, events, follows):
    request = request_for(
        "structures.py:BoolCondition", inputs_file=f"{MODELS}/structures.py:both_conditions"
    )
    result = jobs.run("capture", request, events)
    assert [attempt["mode"] for attempt in result["attempts"]] == ["script"]
    follows()


def test_traces_a_submodule_before_scripting(request_for, events, follows):
    request = request_for(
        "hybrid.py:HybridModel", input_set(tensor(1, 3, 8, 8)), trace_submodules=[["encoder", "1x3x8x8"]]
    )
    result = jobs.run("capture", request, events)
    assert (result["mode"], result["status"]) == ("script", "captured")
    module = follows()
    assert module.encode(torch.ones(2, 3, 8, 8)).shape == (2, 4)
    assert not torch.equal(module(torch.ones(1, 3, 8, 8), -9.0), module(torch.ones(1, 3, 8, 8), 9.0))


@pytest.mark.parametrize(
    ("wanted", "kind", "words"),
    [
        (["encodr", "1x3x8x8"], "usage", "has no submodule 'encodr'"),
        (["encoder", "1xCx8"], "usage", "'1xCx8' is not a shape"),
        (["encoder", "1x5x8x8"], "capture", "the submodule 'encoder' cannot be traced with 1x5x8x8"),
    ],
)
def test_refuses_a_wrong_trace_submodule(request_for, events, wanted, kind, words):
    request = request_for("hybrid.py:HybridModel", input_set(tensor(1, 3, 8, 8)), trace_submodules=[wanted])
    with pytest.raises(CaptureError) as caught:
        captured(request, events)
    assert caught.value.kind == kind and words in caught.value.message


def test_names_both_reasons_when_nothing_works(request_for, events):
    with pytest.raises(CaptureError) as caught:
        captured(request_for("structures.py:CountsRows", input_set(tensor(2, 4))), events)
    assert caught.value.kind == "capture"
    assert "can be neither traced nor scripted" in caught.value.message
    assert "out[1] (int)" in caught.value.message and "structures.py:" in caught.value.message


def test_a_broadcast_size_of_one_does_not_count_against_a_trace(request_for, events):
    x, y = tensor(1, 4), tensor(1, 4, stream=1)
    alone = [{**x, "shape": [2, 4]}, y]
    together = [{**x, "shape": [2, 4]}, {**y, "shape": [2, 4]}]
    probes = [probe(alone, "0", 0, 2, 1), probe(together, "0+1", 0, 2, 1, joint=True)]
    result = jobs.run("capture", request_for("lengths.py:Sum", input_set(x, y), probes=probes), events)
    labels = [item["label"] for item in result["attempts"][0]["comparisons"] if "axis" in item["label"]]
    assert labels == ["input x and input y axis 0: 2 instead of 1"]


def test_inputs_that_share_a_dimension_are_changed_together(request_for, events):
    x, mask = tensor(2, 4), tensor(2, 4, stream=1)
    longer, longer_mask = {**x, "shape": [2, 5]}, {**mask, "shape": [2, 5]}
    probes = [
        probe([longer, mask], "0", 1, 5, 4),
        probe([longer, longer_mask], "0+1", 1, 5, 4, joint=True),
    ]
    request = request_for("lengths.py:PaddedMask", input_set(x, mask), probes=probes, mode="trace")
    result = jobs.run("capture", request, events)
    assert result["status"] == "captured"
    labels = [item["label"] for item in result["attempts"][0]["comparisons"] if item["probe"]]
    assert labels[0] == "input sequence and input mask axis 1: 5 instead of 4"


def test_an_ignored_method_is_named(request_for, events):
    request = request_for("failing.py:Ignoring", input_set(tensor(1, 4)), mode="script")
    with pytest.raises(CaptureError) as caught:
        captured(request, events)
    assert "'logged'" in caught.value.message and "@torch.jit.unused" in caught.value.hint


def test_gives_the_same_weights_for_a_seed(request_for, events, reloaded):
    request = request_for("simple_model.py:Tiny", input_set(tensor(1, 10)), seed=5)
    jobs.run("capture", request, events)
    first = reloaded()[0].linear.weight.clone()
    jobs.run("capture", request, events)
    assert torch.equal(first, reloaded()[0].linear.weight)
    jobs.run("capture", {**request, "seed": 6}, events)
    assert not torch.equal(first, reloaded()[0].linear.weight)
