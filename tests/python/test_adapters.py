"""Arguments that are more than tensors, through the adapter that a trace needs (case A11)."""

import pytest
import torch
from capture_requests import MODELS, axis_probes, captured, input_set, line_of, tensor
from tsctl_capture import jobs
from tsctl_capture.errors import CaptureError
from tsctl_capture.model.generated import literal


def traced(request_for, name, sets, mode="trace"):
    return request_for(f"structures.py:{name}", inputs_file=f"{MODELS}/structures.py:{sets}", mode=mode)


@pytest.mark.parametrize(
    ("name", "sets", "types", "fixed"),
    [
        ("DictInput", "dicts", ["Dict[str, Tensor]"], ["batch fixed at the keys 'a', 'b'"]),
        ("DictInput", "ordered_dict", ["Dict[str, Tensor]"], ["batch fixed at the keys 'b', 'a'"]),
        ("ListInput", "lists", ["List[Tensor]"], ["images fixed at 2 items"]),
        ("NamedTupleInput", "points", ["Tuple[Tensor, Tensor]"], []),
        ("DataclassInput", "batches", ["Dict[str, Tensor]"], ["batch fixed at the keys 'ids', 'mask'"]),
        (
            "MixedDataclassInput",
            "options",
            ["Dict[str, Any]"],
            [
                "options fixed at the keys 'x', 'scale', 'flip'",
                "options.scale fixed at 0.5",
                "options.flip fixed at True",
            ],
        ),
        (
            "KeywordOnly",
            "keyword_only",
            ["Tensor", "Tensor", "float"],
            ["scale fixed at 2.0", "name fixed at None"],
        ),
        (
            "ManyScalars",
            "many_scalars",
            ["Tensor", "int", "bool", "float", "str", "Optional[Tensor]"],
            [
                "count fixed at 2",
                "flag fixed at True",
                "scale fixed at 0.5",
                "mode fixed at 'sum'",
                "mask fixed at None",
            ],
        ),
        (
            "NestedInput",
            "nested",
            ["Dict[str, List[Tuple[Tensor, Tensor]]]"],
            ["nested fixed at the keys 'layers'", "nested.layers fixed at 2 items"],
        ),
        (
            "MixedDict",
            "mixed_dicts",
            ["Dict[str, Any]"],
            [
                "options fixed at the keys 'x', 'mask', 'add'",
                "options.mask fixed at None",
                "options.add fixed at True",
            ],
        ),
        (
            "OptionalMembers",
            "optional_members",
            ["Dict[str, Optional[Tensor]]"],
            ["options fixed at the keys 'x', 'mask'", "options.mask fixed at None"],
        ),
    ],
)
def test_a_trace_takes_the_users_structure(request_for, events, name, sets, types, fixed):
    result = jobs.run("capture", traced(request_for, name, sets), events)
    assert (result["mode"], result["status"]) == ("trace", "captured")
    assert [parameter["type"] for parameter in result["parameters"]] == types
    assert result["attempts"][0]["fixed"] == fixed
    assert "not every argument is a tensor" in result["adapter"]


@pytest.mark.parametrize(
    ("name", "sets"),
    [
        ("DictInput", "dicts"),
        ("ListInput", "lists"),
        ("NamedTupleInput", "points"),
        ("DataclassInput", "batches"),
        ("KeywordOnly", "keyword_only"),
        ("ManyScalars", "many_scalars_by_name"),
        ("NestedInput", "nested"),
        ("MixedDict", "mixed_dicts"),
        ("OptionalMembers", "optional_members"),
    ],
)
def test_the_saved_file_follows_eager(request_for, events, follows, name, sets):
    jobs.run("capture", traced(request_for, name, sets), events)
    follows()


def _refusal(module, *args, **kwargs):
    with pytest.raises(Exception) as caught:  # noqa: PT011 - torch.jit.Error or RuntimeError, by version
        module(*args, **kwargs)
    return str(caught.value).strip().splitlines()[-1]


def test_the_file_refuses_what_its_trace_did_not_see(request_for, events, reloaded):
    jobs.run("capture", traced(request_for, "ManyScalars", "many_scalars"), events)
    module, _ = reloaded()
    x = torch.ones(2, 4)
    assert torch.equal(module(x, 2, True, 0.5, "sum"), module(x, 2, True, 0.5, "sum", None))
    assert "this file was traced with count=2;" in _refusal(module, x, 3, True, 0.5, "sum")
    assert "this file was traced with flag=True;" in _refusal(module, x, 2, False, 0.5, "sum")
    assert "this file was traced with scale=0.5;" in _refusal(module, x, 2, True, 1.5, "sum")
    assert "this file was traced with mode='sum';" in _refusal(module, x, 2, True, 0.5, "max")
    assert "this file was traced with mask=None;" in _refusal(module, x, 2, True, 0.5, "sum", x)


def test_the_file_refuses_another_structure(request_for, events, reloaded):
    jobs.run("capture", traced(request_for, "ListInput", "lists"), events)
    assert "traced with 2 items in images" in _refusal(reloaded()[0], [torch.ones(1, 4)] * 3)
    jobs.run("capture", traced(request_for, "DictInput", "dicts"), events)
    module, x = reloaded()[0], torch.ones(1, 4)
    assert "traced with the keys 'a', 'b' in batch" in _refusal(module, {"a": x, "c": x})
    assert "traced with the keys 'a', 'b' in batch" in _refusal(module, {"a": x, "b": x, "c": x})
    jobs.run("capture", traced(request_for, "MixedDict", "mixed_dicts"), events)
    module = reloaded()[0]
    assert "traced with options.mask=None" in _refusal(module, {"x": x, "mask": x, "add": True})
    assert "traced with a tensor as options.x" in _refusal(module, {"x": 1, "mask": None, "add": True})
    assert "traced with options.add=True" in _refusal(module, {"x": x, "mask": None, "add": False})


def test_arguments_at_their_default_may_be_left_out(request_for, events, reloaded):
    result = jobs.run("capture", traced(request_for, "KeywordOnly", "keyword_only"), events)
    assert [parameter["has_default"] for parameter in result["parameters"]] == [False, False, True]
    module, (record, _) = reloaded()
    shorter = module(*record["args"], mask=record["kwargs"]["mask"])
    torch.testing.assert_close(shorter, record["outputs"])


@pytest.mark.parametrize(
    ("name", "sets", "words"),
    [
        ("ManyScalars", "other_scalars", "would fix count=2, which is 3 in set 2"),
        ("ListInput", "lists_of_other_lengths", "the structure of images, which differs in set 2"),
        ("BoolCondition", "both_conditions", "would fix condition=True, which is False in set 2"),
        ("BoolDefault", "one_left_out", "would fix condition, which set 2 omits"),
        ("BoolDefault", "one_more", "would fix the default of mask, for which set 2 has another value"),
    ],
)
def test_sets_that_one_trace_cannot_follow(request_for, events, name, sets, words):
    with pytest.raises(CaptureError) as caught:
        captured(traced(request_for, name, sets), events)
    assert words in caught.value.message


def test_names_and_classes_of_leaves_do_no_harm(request_for, events, follows):
    result = jobs.run("capture", traced(request_for, "UnluckyNames", "unlucky_names"), events)
    types = ["Dict[str, Tensor]", "List[Tensor]", "Tensor", "str", "float"]
    assert [parameter["type"] for parameter in result["parameters"]] == types
    assert result["attempts"][0]["fixed"][2:] == ["mode fixed at 'sum'", "scale fixed at 0.1"]
    assert result["output_names"] == ["out.out", "out.run"]
    follows()


@pytest.mark.parametrize(
    ("source", "inputs", "outputs"),
    [
        (("DictInput", "dicts"), "dict{batch: dict{a: tensor, b: tensor}}", "dict{sum: tensor, a: tensor}"),
        (("ListInput", "lists"), "dict{images: list[2 x tensor]}", "list[2 x tensor]"),
        (("NamedTupleInput", "points"), "dict{points: tuple{near: tensor, far: tensor}}", None),
        (("MixedDict", "mixed_dicts"), "dict{options: dict{x: tensor, mask: none, add: bool}}", "tensor"),
        (("NestedInput", "nested"), "dict{nested: dict{layers: list[2 x tuple[2 x tensor]]}}", "tensor"),
        (("PassesOn", "passed_on"), "dict{x: tensor, with_input: bool}", "tuple[2 x tensor]"),
    ],
)
def test_the_structures_are_recorded(request_for, events, source, inputs, outputs):
    result = jobs.run("capture", traced(request_for, *source), events)
    assert result["input_structure"] == inputs
    assert outputs is None or result["output_structure"] == outputs


def test_a_flag_may_go_through_keywords(request_for, events, follows):
    result = jobs.run("capture", traced(request_for, "PassesOn", "passed_on"), events)
    assert result["attempts"][0]["fixed"] == ["with_input fixed at True"]
    assert result["output_names"] == ["out[0]", "out[1]"]
    follows()
    with pytest.raises(CaptureError) as caught:
        jobs.run("capture", traced(request_for, "PassesOn", "passed_on_tensors"), events)
    assert caught.value.kind == "usage" and "no parameter 'with_inputs'" in caught.value.message


def test_an_argument_without_a_type_is_named(request_for, events):
    with pytest.raises(CaptureError) as caught:
        captured(traced(request_for, "OddDict", "odd_dicts"), events)
    assert "the members of options are of the types List[Tensor], Tensor" in caught.value.message


@pytest.mark.parametrize(("name", "sets"), [("OneNumber", "only_numbers"), ("NoInput", "no_inputs")])
def test_a_trace_needs_a_tensor(request_for, events, name, sets):
    with pytest.raises(CaptureError) as caught:
        captured(traced(request_for, name, sets), events)
    assert "a trace needs" in caught.value.message


def test_fixed_values_are_the_last_resort(request_for, events, follows):
    request = traced(request_for, "ManyScalars", "many_scalars", mode="auto")
    result = jobs.run("capture", request, events)
    assert [attempt["mode"] for attempt in result["attempts"]] == ["script", "trace"]
    assert result["mode"] == "trace" and result["attempts"][1]["fixed"]
    follows()


def test_what_a_trace_keeps_is_found_behind_an_adapter(request_for, events):
    x = tensor(2, 4)
    request = request_for("structures.py:DictOfOneSize", input_set(x), probes=axis_probes(x, 0), mode="trace")
    result = jobs.run("capture", request, events)
    fixed = next(entry for entry in result["generality"] if entry["status"] == "fixed")
    assert fixed["place"].startswith("structures.py:") and "len(x)" in fixed["source_line"]
    (device,) = [item for item in result["attempts"][0]["baked"] if item["kind"] == "device"]
    assert device["place"].startswith("structures.py:")


def test_exported_methods_are_passed_on_by_an_adapter(request_for, events, reloaded):
    result = jobs.run("capture", traced(request_for, "ExportsWithDict", "dicts"), events)
    assert result["status"] == "captured" and result["warnings"] == []
    module, x = reloaded()[0], torch.ones(3, 4)
    torch.testing.assert_close(module.encode(x, 3.0), module.encode(x) * 1.5)


def test_exported_methods_stay_behind_a_guard_of_sizes(request_for, events, reloaded):
    x = tensor(2, 4)
    request = request_for("structures.py:ExportsAtOneSize", input_set(x), probes=axis_probes(x, 0))
    result = jobs.run("capture", request, events)
    assert result["status"] == "captured" and "other sizes are refused" in result["adapter"]
    module, _ = reloaded()
    assert "must be" in _refusal(module, torch.ones(5, 4))
    assert module.encode(torch.ones(5, 4)).shape == (5, 3)


def test_exported_methods_that_cannot_be_compiled_are_named(request_for, events, follows):
    inputs = f"{MODELS}/hybrid_inputs.py:sets"
    line = line_of("hybrid.py", "features.mean() > threshold")
    accepted = [f"hybrid.py:{line}"]
    request = request_for(
        "hybrid.py:HybridModel", inputs_file=inputs, mode="trace", accepted_branches=accepted
    )
    result = jobs.run("capture", request, events)
    assert (result["mode"], result["accepted_branches"]) == ("trace", accepted)
    assert [warning["code"] for warning in result["warnings"]] == ["export_left_out", "decided_by_example"]
    assert "encode" in result["warnings"][0]["text"]
    assert not hasattr(follows(), "encode")


def test_a_trace_keeps_exported_methods(request_for, events, follows):
    x = tensor(2, 4)
    result = jobs.run("capture", request_for("structures.py:Exports", input_set(x), mode="trace"), events)
    assert result["adapter"] == "" and result["warnings"] == []
    assert follows().encode(torch.ones(1, 4)).shape == (1, 3)


def test_none_is_no_default_where_the_users_is_another(request_for, events, reloaded):
    result = jobs.run("capture", traced(request_for, "ScaleOrNone", "no_scale"), events)
    assert [parameter["has_default"] for parameter in result["parameters"]] == [False, False]
    module, (record,) = reloaded()
    torch.testing.assert_close(module(**record["kwargs"]), record["outputs"])
    assert "missing value for argument 'scale'" in _refusal(module, record["kwargs"]["x"]).replace('"', "'")


@pytest.mark.parametrize("name", ["Difference", "DifferenceByName"])
def test_named_arguments_stand_in_the_order_of_forward(request_for, events, follows, reloaded, name):
    result = jobs.run("capture", traced(request_for, name, "swapped"), events)
    assert [parameter["name"] for parameter in result["parameters"]] == ["x", "y"]
    assert result["input_structure"] == "dict{x: tensor, y: tensor}"
    module, (record, _) = follows(), reloaded()[1]
    x, y = record["kwargs"]["x"], record["kwargs"]["y"]
    torch.testing.assert_close(module(x, y), record["outputs"])


def test_values_given_in_another_order_are_fixed_where_they_belong(request_for, events, follows):
    result = jobs.run("capture", traced(request_for, "ManyScalars", "swapped_with_scalar"), events)
    names = [parameter["name"] for parameter in result["parameters"]]
    assert names == ["x", "count", "flag", "scale", "mode", "mask"]
    follows()


def test_defaults_that_have_no_literal_of_their_own(request_for, events, reloaded, follows):
    request = request_for("structures.py:limited", input_set(tensor(2, 4)), mode="script")
    result = jobs.run("capture", request, events)
    assert [parameter["has_default"] for parameter in result["parameters"]] == [False, True, True, True]
    x = torch.ones(2, 4)
    assert torch.equal(follows()(x, high=0.5), x / 2)
    jobs.run("capture", traced(request_for, "ExportsALimit", "dicts"), events)
    module, _ = reloaded()
    assert torch.equal(module.clamped(x), x) and torch.equal(module.clamped(x, 0.5), x / 2)


def test_writes_values_as_expressions():
    values = [float("-inf"), [1.0, float("inf")], (1,), "it's", None, -2]
    scope = {"torch": torch}
    assert [eval(literal(value), scope) for value in values] == values  # noqa: S307 - our own text
    assert literal(torch.device("cuda:0")) == 'torch.device("cuda:0")'
