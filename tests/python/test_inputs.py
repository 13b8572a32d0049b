"""Inputs: drawn, read from --inputs, and compared with forward's signature."""

import re

import pytest
import torch
from capture_requests import MODELS, input_set, tensor
from safetensors.torch import save_file
from tsctl_capture import jobs
from tsctl_capture.errors import CaptureError
from tsctl_capture.model.calls import Call
from tsctl_capture.model.inputs import draw, drawn_call, load_inputs_file
from tsctl_capture.model.tensor_file import read_calls, write_tensor_file

DTYPES = ["float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"]


@pytest.mark.parametrize("dtype", [*DTYPES, "complex64", "complex128"])
def test_draws_every_dtype_reproducibly(dtype):
    drawn = tensor(64, 8, dtype=dtype)
    first = draw(drawn, 1)
    assert str(first.dtype) == f"torch.{dtype}" and first.shape == (64, 8)
    assert torch.equal(first, draw(drawn, 1))
    assert not torch.equal(first, draw(drawn, 2))
    assert not torch.equal(first, draw({**drawn, "stream": 1}, 1))


def test_keeps_to_the_range():
    whole = draw(tensor(1000, dtype="int64", low=3, high=5), 0)
    assert set(whole.tolist()) == {3, 4, 5}
    real = draw(tensor(1000, low=-1.0, high=1.0), 0)
    assert real.min() >= -1 and real.max() <= 1
    assert set(draw(tensor(100, dtype="int64"), 0).tolist()) == {0, 1}


def test_mirrors_at_the_middle_of_the_range():
    for drawn in (tensor(50), tensor(50, low=2.0, high=4.0), tensor(50, dtype="int64", low=2, high=9)):
        whole = draw(drawn, 0) + draw(drawn, 0, "mirrored")
        middle = (drawn["low"] or 0) + (drawn["high"] or 0)
        torch.testing.assert_close(whole, torch.full_like(whole, middle))
    flags = tensor(50, dtype="bool")
    assert torch.equal(draw(flags, 0), ~draw(flags, 0, "mirrored"))


@pytest.mark.parametrize(
    ("drawn", "change", "lowest", "highest"),
    [
        (tensor(50), "negative", -10, 0),
        (tensor(50), "zero", 0, 0),
        (tensor(50, low=2.0, high=4.0), "large", 4, 4),
        (tensor(50, dtype="int64", low=-3, high=9), "negative", -3, -3),
        (tensor(50, dtype="int64", low=2, high=9), "zero", 2, 2),
        (tensor(50, dtype="int64", low=2, high=9), "large", 9, 9),
    ],
)
def test_changes_values_inside_their_range(drawn, change, lowest, highest):
    values = draw(drawn, 0, change)
    assert lowest <= values.min() and values.max() <= highest


def test_normal_values_have_no_highest():
    assert torch.equal(draw(tensor(50), 0, "large"), 1000 * draw(tensor(50), 0))


def test_draws_a_scalar_and_nothing():
    assert draw(tensor(), 0).shape == ()
    assert draw(tensor(0, 3), 0).shape == (0, 3)


def test_refuses_a_range_that_the_dtype_cannot_hold():
    with pytest.raises(CaptureError) as caught:
        draw(tensor(4, dtype="uint8", low=0, high=300), 0)
    assert caught.value.kind == "usage" and "0..300" in caught.value.message


def test_separates_positional_from_named():
    call = drawn_call(input_set(tensor(1, 2), tensor(3, name="mask"), label="B=1"), 0)
    assert call.label == "B=1" and len(call.args) == 1 and list(call.kwargs) == ["mask"]


def test_reads_npz_by_name_and_by_position(tmp_path):
    numpy = pytest.importorskip("numpy")
    numpy.savez(tmp_path / "named.npz", x=numpy.ones((2, 3), numpy.float32))
    (call,) = load_inputs_file(str(tmp_path / "named.npz"))
    assert call.args == () and call.kwargs["x"].shape == (2, 3)
    numpy.savez(tmp_path / "placed.npz", **{"0": numpy.ones(2), "1": numpy.zeros(3)})
    (call,) = load_inputs_file(str(tmp_path / "placed.npz"))
    assert [value.shape[0] for value in call.args] == [2, 3]
    numpy.savez(tmp_path / "gap.npz", **{"0": numpy.ones(2), "2": numpy.zeros(3)})
    with pytest.raises(CaptureError):
        load_inputs_file(str(tmp_path / "gap.npz"))


def test_reads_safetensors(tmp_path):
    save_file({"x": torch.ones(2)}, tmp_path / "in.safetensors")
    (call,) = load_inputs_file(str(tmp_path / "in.safetensors"))
    assert torch.equal(call.kwargs["x"], torch.ones(2))


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("nowhere.npz", "input", "does not exist"),
        (f"{MODELS}/simple_model.py", "usage", "has an unknown file type"),
        (f"{MODELS}/input_sets.py:tuple", "usage", "has no function 'tuple'"),
        (f"{MODELS}/input_sets.py:not_a_list", "input", "returned dict, not a list"),
        (f"{MODELS}/input_sets.py:raising", "capture", "raised OSError: the data disk is not mounted"),
    ],
)
def test_says_what_is_wrong_with_an_inputs_file(text, kind, words):
    with pytest.raises(CaptureError) as caught:
        load_inputs_file(text)
    assert caught.value.kind == kind and words in caught.value.message


def test_names_in_a_file_lead_into_lists_and_dicts(tmp_path):
    path = tmp_path / "in.safetensors"
    names = [f"images[{i}]" for i in range(11)] + ["batch.ids", "batch.mask"]
    save_file({name: torch.full((1,), float(i)) for i, name in enumerate(names)}, path)
    (call,) = load_inputs_file(str(path))
    assert [int(image) for image in call.kwargs["images"]] == list(range(11))
    assert sorted(call.kwargs["batch"]) == ["ids", "mask"]


@pytest.mark.parametrize("names", [("x[1]",), ("x", "x[0]"), ("x[0]", "x.a"), ("x", "x.a")])
def test_names_in_a_file_that_do_not_fit_one_another_are_an_input_error(tmp_path, names):
    path = tmp_path / "in.safetensors"
    save_file({name: torch.ones(2) for name in names}, path)
    with pytest.raises(CaptureError, match=f"'{re.escape(names[-1])}' in .* does not fit the other names"):
        load_inputs_file(str(path))


def test_a_damaged_npz_is_an_input_error(tmp_path):
    pytest.importorskip("numpy")
    (tmp_path / "x.npz").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(CaptureError) as caught:
        load_inputs_file(str(tmp_path / "x.npz"))
    assert caught.value.kind == "input"


@pytest.mark.parametrize(
    ("sets", "words"),
    [
        ([tensor(1, 784), tensor(1, 784)], "too many positional arguments"),
        ([], "missing a required argument: 'x'"),
        ([tensor(1, 784, name="image")], "has no parameter 'image'"),
    ],
)
def test_shows_the_signature_and_an_example_for_wrong_inputs(request_for, events, sets, words):
    with pytest.raises(CaptureError) as caught:
        jobs.run("capture", request_for("simple_model.py:SimpleModel", input_set(*sets)), events)
    assert caught.value.kind == "usage" and words in caught.value.message
    assert "forward(x)" in caught.value.hint and "--input x:1x784" in caught.value.hint


def test_a_refused_shape_is_a_capture_error_with_the_users_lines(request_for, events):
    with pytest.raises(CaptureError) as caught:
        jobs.run("capture", request_for("failing.py:Picky", input_set(tensor(1, 5))), events)
    assert caught.value.kind == "capture"
    assert "refuses the input set (1x5): ValueError: expected 4 features, got 5" in caught.value.message
    assert "in _check" in caught.value.detail and "_call_impl" not in caught.value.detail


def test_load_inputs_writes_calls_without_outputs(request_for, events, tmp_path):
    from tsctl_capture.model.tensor_file import read_calls

    request = request_for("simple_model.py:SimpleModel", inputs_file=f"{MODELS}/input_sets.py:tuples")
    result = jobs.run("load_inputs", request, events)
    assert result["input_labels"] == ["set 1", "set 2"] and len(result["inputs_sha256"]) == 64
    calls = read_calls(str(tmp_path / "calls.safetensors"))
    assert [call.args[0].shape[0] for call in calls] == [1, 3]


def test_eager_runs_on_the_arguments_of_another_tensor_file(request_for, events, tmp_path, reloaded):
    request = request_for("simple_model.py:SimpleModel", inputs_file=f"{MODELS}/input_sets.py:named")
    request["tensors_path"] = str(tmp_path / "given.safetensors")
    jobs.run("load_inputs", request, events)
    again = request_for("simple_model.py:SimpleModel", inputs_from=str(tmp_path / "given.safetensors"))
    result = jobs.run("eager", again, events)
    assert "mode" not in result and result["output_names"] == ["out"]
    jobs.run("capture", {**again, "tensors_path": str(tmp_path / "other.safetensors")}, events)
    (record,) = reloaded()[1]
    assert torch.equal(record["kwargs"]["x"], torch.ones(2, 784)) and record["outputs"].shape == (2, 10)


def test_later_calls_of_a_set_are_no_sets(tmp_path):
    path = str(tmp_path / "calls.safetensors")
    calls = [Call("B=1", (torch.ones(1),)), Call("B=2", (torch.ones(2),))]
    write_tensor_file(path, [*calls, calls[0]], [torch.zeros(1)] * 3, ["x"], [1, 1, 2])
    assert [call.label for call in read_calls(path)] == ["B=1", "B=2"]
