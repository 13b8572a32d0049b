"""--weights: safetensors and state dicts."""

import pytest
import torch
from capture_requests import MODELS
from safetensors.torch import save_file
from tsctl_capture.errors import CaptureError
from tsctl_capture.request import Source
from tsctl_capture.source import load_model


def load(path):
    return load_model(Source("x", str(MODELS / "simple_model.py"), "", "Tiny", "", str(path)), 0).module


STATE = {"linear.weight": torch.arange(20.0).reshape(2, 10), "linear.bias": torch.ones(2)}


@pytest.mark.parametrize("form", ["safetensors", "plain", "nested", "old"])
def test_loads_every_form(tmp_path, form):
    path = tmp_path / "weights.bin"
    if form == "safetensors":
        save_file(STATE, path)
    elif form == "old":
        torch.save(STATE, path, _use_new_zipfile_serialization=False)
    else:
        torch.save(STATE if form == "plain" else {"epoch": 3, "state_dict": STATE}, path)
    assert torch.equal(load(path).linear.weight, STATE["linear.weight"])


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"linear.weight": STATE["linear.weight"]}, "missing: linear.bias"),
        ({**STATE, "extra": torch.ones(1)}, "unexpected: extra"),
        ({**STATE, "linear.bias": torch.ones(3)}, "linear.bias (file [3], model [2])"),
    ],
)
def test_lists_what_does_not_fit(tmp_path, state, words):
    torch.save(state, tmp_path / "w.pt")
    with pytest.raises(CaptureError) as caught:
        load(tmp_path / "w.pt")
    assert caught.value.kind == "input"
    assert "w.pt' do not fit the model: 1 " in caught.value.message
    assert words in caught.value.detail


def test_knows_the_names_of_a_parallel_model(tmp_path):
    torch.save({f"module.{name}": value for name, value in STATE.items()}, tmp_path / "w.pt")
    with pytest.raises(CaptureError) as caught:
        load(tmp_path / "w.pt")
    assert "DataParallel" in caught.value.hint


@pytest.mark.parametrize("content", [b"", b"not a state dict at all", b"\x10\0\0\0\0\0\0\0{"])
def test_refuses_other_files(tmp_path, content):
    (tmp_path / "w.bin").write_bytes(content)
    with pytest.raises(CaptureError) as caught:
        load(tmp_path / "w.bin")
    assert caught.value.kind == "input" and "w.bin" in caught.value.message


def test_runs_nothing_that_a_pickle_holds(tmp_path):
    torch.save(torch.nn.Linear(10, 2), tmp_path / "whole_module.pt")
    with pytest.raises(CaptureError) as caught:
        load(tmp_path / "whole_module.pt")
    assert caught.value.kind == "input"


def test_a_missing_file_is_an_input_error(tmp_path):
    with pytest.raises(CaptureError) as caught:
        load(tmp_path / "nowhere.pt")
    assert caught.value.kind == "input"
