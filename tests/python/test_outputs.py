"""Outputs of other forms than a tensor, and inputs by name."""

import json

import pytest
import torch
from capture_requests import input_set, probe, tensor
from safetensors import safe_open
from tsctl_capture import jobs
from tsctl_capture.errors import CaptureError
from tsctl_capture.model.dtypes import require_dense


@pytest.mark.parametrize(
    ("name", "names", "adapted"),
    [
        ("DictOutput", ["out.logits", "out.hidden[0]", "out.hidden[1]"], True),
        ("LibraryOutput", ["out.logits", "out.states[0]", "out.states[1]"], True),
        ("PairOutput", ["out.left", "out.right"], True),
        ("DataclassOutput", ["out.logits", "out.score"], True),
        ("ListOutput", ["out[0]", "out[1]"], True),
        ("NoneOutput", ["out[0]"], True),
        ("TupleOutput", ["out[0]", "out[1][0]", "out[1][1]"], False),
        (
            "NestedOutput",
            [
                *("out[0].one.left", "out[0].one.right", "out[0].two.left", "out[0].two.right"),
                *("out[1][0][0]", "out[1][0][1]", "out[1][1][0]", "out[1][1][1]"),
            ],
            True,
        ),
        ("ComplexOutput", ["out"], False),
    ],
)
def test_traces_outputs_of_every_form(request_for, events, follows, name, names, adapted):
    result = jobs.run("capture", request_for(f"outputs.py:{name}", input_set(tensor(2, 4))), events)
    assert (result["mode"], result["status"]) == ("trace", "captured")
    assert result["output_names"] == names
    assert bool(result["adapter"]) == adapted
    follows()


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("PairOutput", "Pair(left, right)"),
        ("ListOutput", "list"),
        ("PlainDictOutput", "dict(logits, hidden)"),
        ("NestedOutput", "tuple"),
        ("DictOutput", "tuple"),  # its values are of two types
        ("DataclassOutput", "tuple"),
    ],
)
def test_a_traced_file_returns_the_users_structure(request_for, events, reloaded, name, form):
    jobs.run("capture", request_for(f"outputs.py:{name}", input_set(tensor(2, 4)), mode="trace"), events)
    module, (record,) = reloaded()
    answer = module(*record["args"])
    members = getattr(answer, "_fields", answer if isinstance(answer, dict) else ())
    shown = type(answer).__name__ + (f"({', '.join(members)})" if members else "")
    assert shown == form
    if name == "NestedOutput":
        assert answer[0]["one"]._fields == ("left", "right") and len(answer[1][1]) == 2


def test_a_single_leaf_stays_a_tensor(request_for, events, reloaded):
    jobs.run("capture", request_for("outputs.py:NoneOutput", input_set(tensor(2, 4))), events)
    module, (record,) = reloaded()
    assert isinstance(module(*record["args"]), torch.Tensor) and isinstance(record["outputs"], torch.Tensor)


def test_named_inputs_keep_their_names(request_for, events, follows):
    # `return_dict` lies between them, so no positional form fits; given in another order than forward has.
    tensors = [tensor(2, 3, name="mask"), tensor(2, 4, name="ids", stream=1)]
    both = [{**item, "shape": [3, *item["shape"][1:]]} for item in tensors]
    request = request_for(
        "outputs.py:LibraryOutput", input_set(*tensors), probes=[probe(both, "mask+ids", 0, 3, 2, joint=True)]
    )
    result = jobs.run("capture", request, events)
    assert [parameter["name"] for parameter in result["parameters"]] == ["ids", "mask"]
    assert result["not_checked"] == []
    follows()


def test_named_inputs_in_order_need_no_adapter(request_for, events, follows):
    result = jobs.run(
        "capture", request_for("simple_model.py:Tiny", input_set(tensor(1, 10, name="x"))), events
    )
    assert result["adapter"] == "" and result["parameters"][0]["name"] == "x"
    follows()


def test_an_optional_tensor_is_scripted_with_its_default(request_for, events, follows):
    request = request_for("branching.py:MaskedModel", input_set(tensor(2, 4)), mode="script")
    result = jobs.run("capture", request, events)
    assert result["parameters"][1] == {"name": "mask", "type": "Optional[Tensor]", "has_default": True}
    follows()


def test_scripts_what_returns_a_number(request_for, events, follows):
    result = jobs.run("capture", request_for("outputs.py:NumberOutput", input_set(tensor(2, 4))), events)
    assert result["mode"] == "script" and result["output_names"] == ["out[0]", "out[1]"]
    assert "out[1] (int)" in result["attempts"][0]["reason"]
    follows()


def test_keeps_the_structure_of_a_scripted_dict(request_for, events, reloaded, tmp_path):
    file = tmp_path / "scripted_dict.py"
    file.write_text(
        "import torch\n"
        "class Net(torch.nn.Module):\n"
        "    def forward(self, x: torch.Tensor):\n"
        "        return {'double': x * 2, 'half': x / 2}\n"
    )
    result = jobs.run("capture", request_for(f"{file}:Net", input_set(tensor(2, 4)), mode="script"), events)
    assert result["output_names"] == ["out.double", "out.half"]
    _, (record,) = reloaded()
    assert list(record["outputs"]) == ["double", "half"]


def test_leaves_out_what_no_file_can_return_and_says_so(request_for, events, follows):
    result = jobs.run("capture", request_for("outputs.py:ObjectOutput", input_set(tensor(2, 4))), events)
    assert result["output_names"] == ["out.logits"]
    assert [warning["code"] for warning in result["warnings"]] == ["output_left_out"]
    follows()


@pytest.mark.parametrize(
    ("name", "mode", "words"),
    [
        ("AlwaysDropping", "trace", "it draws random numbers in forward"),
        ("Counting", "trace", "forward writes to count"),
        ("CountingInPython", "script", "forward changes its own state"),
    ],
)
def test_compares_every_call_of_a_model_that_keeps_state(request_for, events, reloaded, name, mode, words):
    result = jobs.run("capture", request_for(f"unsteady.py:{name}", input_set(tensor(2, 4))), events)
    assert result["mode"] == mode
    assert result["warnings"][0]["code"] == "state_written" and words in result["warnings"][0]["text"]
    module, *records = reloaded()
    assert [record["call"] for record in records[0]] == [1, 2, 3, 10]
    if name != "AlwaysDropping":
        assert torch.equal(module(torch.ones(4)), torch.ones(4)), "the file begins with the first call"


def test_a_trace_does_not_keep_state_of_python(request_for, events):
    request = request_for("unsteady.py:CountingInPython", input_set(tensor(2, 4)), mode="trace")
    result = jobs.run("capture", request, events)
    assert result["status"] == "not_general"
    (attempt,) = result["attempts"]
    assert "call 2: out differs" in attempt["reason"]
    assert "does not keep what forward assigns to attributes" in attempt["reason"]
    assert attempt["remedy"].startswith("return new state")


@pytest.mark.parametrize(
    ("name", "code"), [("Remembering", "state_written"), ("WritingItsInput", "input_written")]
)
def test_warns_of_writes_that_the_outputs_do_not_show(request_for, events, follows, name, code):
    result = jobs.run("capture", request_for(f"unsteady.py:{name}", input_set(tensor(2, 4))), events)
    assert [warning["code"] for warning in result["warnings"]] == [code]


def test_the_inputs_that_are_stored_are_those_before_the_model_wrote_to_them(request_for, events, reloaded):
    jobs.run("capture", request_for("unsteady.py:WritingItsInput", input_set(tensor(2, 4))), events)
    _, (record,) = reloaded()
    torch.testing.assert_close(record["outputs"], (record["args"][0] + 1) * 2)


@pytest.mark.parametrize(("mode", "form"), [("auto", dict), ("trace", tuple)])
def test_eager_gives_outputs_the_structure_that_a_trace_returns(request_for, events, tmp_path, mode, form):
    from tsctl_capture.model.values import decode

    request = request_for("outputs.py:DictOutput", input_set(tensor(2, 4)), mode=mode)
    result = jobs.run("eager", request, events)
    assert result["output_names"] == ["out.logits", "out.hidden[0]", "out.hidden[1]"]
    with safe_open(tmp_path / "calls.safetensors", "pt") as file:
        (record,) = json.loads(file.metadata()["tsctl_calls"])
        assert type(decode(record["outputs"], file.get_tensor)) is form


def test_what_forward_stores_on_the_model_is_said_and_put_back(request_for, events, follows):
    request = request_for("unsteady.py:Remembers", input_set(tensor(2, 4)), mode="trace")
    result = jobs.run("capture", request, events)
    text = next(item["text"] for item in result["warnings"] if item["code"] == "attribute_written")
    assert "last" in text and "seen" in text
    assert not hasattr(follows(), "last")


@pytest.mark.parametrize("mode", ["trace", "script"])
@pytest.mark.parametrize(
    ("name", "words"),
    [("SparseOutput", "with the layout sparse_coo"), ("BlockedOutput", "with the layout _mkldnn")],
)
def test_an_output_that_is_not_dense_is_not_blamed_on_the_inputs(request_for, events, mode, name, words):
    with pytest.raises(CaptureError) as caught:
        jobs.run("capture", request_for(f"outputs.py:{name}", input_set(tensor(2, 4)), mode=mode), events)
    assert caught.value.kind == "capture" and words in caught.value.message
    assert "refuses" not in caught.value.message and ".to_dense()" in caught.value.hint


def test_says_what_to_do_with_other_forms_of_tensors():
    with pytest.raises(CaptureError) as caught:
        require_dense(
            torch.nested.nested_tensor([torch.ones(2), torch.ones(3)], layout=torch.jagged), "out.rows"
        )
    assert caught.value.message.startswith("out.rows is a nested tensor") and "pad" in caught.value.hint
