"""A method in the place of forward: SOURCE is net.py:Codec.encode."""

import json

import pytest
import torch
from capture_requests import MODELS, captured, input_set, tensor
from safetensors.torch import save_file
from tsctl_capture.errors import CaptureError
from tsctl_capture.model.source import load_model
from tsctl_capture.request import Source

X = input_set(tensor(2, 8))


@pytest.mark.parametrize("name", ["Codec.encode", "make.encode", "scripted.encode"])
def test_a_method_is_captured_as_forward(request_for, events, follows, reloaded, name):
    result = captured(request_for(f"codec.py:{name}", X), events)
    assert (result["mode"], result["class_name"]) == ("script", "Codec.encode")  # it branches on a value
    assert [(one["name"], one["has_default"]) for one in result["parameters"]] == [
        ("x", False),
        ("scale", True),
    ]
    follows()
    assert reloaded()[0](torch.ones(1, 8), 3.0).shape == (1, 4)


@pytest.mark.parametrize("mode", ["trace", "script"])
def test_its_annotations_are_kept(request_for, events, follows, mode):
    parts = input_set(tensor(2, 1, name="parts[0]"), tensor(2, 3, name="parts[1]", stream=1))
    result = captured(request_for("codec.py:Codec.decode", parts, mode=mode), events)
    assert [one["type"] for one in result["parameters"]] == ["List[Tensor]"]
    follows()


def test_kwargs_and_weights_are_those_of_the_model(tmp_path):
    weights = tmp_path / "weights.safetensors"
    other = load_model(
        Source("", str(MODELS / "codec.py"), "", "make.encode", '{"width": 6}'), 3
    ).module.model
    save_file(other.state_dict(), weights)
    source = Source("", str(MODELS / "codec.py"), "", "make.encode", json.dumps({"width": 6}), str(weights))
    loaded = load_model(source, 0)
    assert torch.equal(loaded.module.model.into.weight, other.into.weight)


def test_a_model_without_forward_is_called_that_and_the_remedy_works(request_for, events, follows):
    for name in ("Codec", "scripted"):
        with pytest.raises(CaptureError) as error:
            captured(request_for(f"codec.py:{name}", X), events)
        assert error.value.message.startswith(f"'codec.py:{name}' has no forward, only ")
        named = error.value.hint.removeprefix("name the method to capture: codec.py:")
        assert named == f"{name}.encode"
        captured(request_for(f"codec.py:{named}", X), events)
        follows()


def test_a_method_that_does_not_exist_is_a_usage_error(request_for, events):
    with pytest.raises(CaptureError, match="'codec.py:Codec.encod': there is no method 'encod'") as error:
        captured(request_for("codec.py:Codec.encod", X), events)
    assert error.value.hint == "did you mean 'encode' or 'decode'?"


def test_a_submodule_of_a_model_is_taken_by_itself(request_for, events, follows):
    result = captured(request_for("codec.py:Codec.into", X), events)
    assert (result["mode"], result["class_name"]) == ("trace", "Linear")
    follows()
