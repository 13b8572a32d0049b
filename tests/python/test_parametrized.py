"""weight_norm and spectral_norm, old and new, in every mode, and checkpoints of either form."""

import json

import pytest
import torch
from capture_requests import MODELS, captured, input_set, tensor
from tsctl_capture.errors import CaptureError
from tsctl_capture.model.source import load_model
from tsctl_capture.request import Source

SETS = [input_set(tensor(2, 4, length, stream=length), label=f"T={length}") for length in (8, 13)]
NORMS = ["new_weight", "new_spectral", "old_weight", "old_spectral"]


def source(name, norm, weights=""):
    return Source(
        "x", str(MODELS / "parametrized.py"), "", name, json.dumps({"norm": norm}) if norm else "", weights
    )


@pytest.mark.parametrize("norm", NORMS)
def test_a_refusal_inside_one_submodule_leads_to_a_mixed_capture(request_for, events, follows, norm):
    kwargs = {"kwargs_json": json.dumps({"norm": norm})}
    result = captured(request_for("parametrized.py:Gated", *SETS, source=kwargs), events)
    assert (result["mode"], result["status"]) == ("script", "captured")
    assert {node["path"]: node["mode"] for node in result["submodules"]} == {"": "scripted", "c": "traced"}
    follows()


@pytest.mark.parametrize("norm", NORMS)
def test_a_trace_takes_every_form(request_for, events, follows, norm):
    kwargs = {"kwargs_json": json.dumps({"norm": norm})}
    captured(request_for("parametrized.py:Plain", *SETS, mode="trace", source=kwargs), events)
    follows()


def test_a_script_of_a_parametrized_submodule_names_it(request_for, events):
    request = request_for("parametrized.py:Gated", *SETS, mode="script")
    with pytest.raises(CaptureError, match=r"the submodule 'c': its weight is parametrized") as error:
        captured(request, events)
    assert "--trace-submodule c" in error.value.hint
    request["trace_submodules"] = [["c", ""]]
    captured(request, events)


@pytest.mark.parametrize("saved", ["old_weight", "new_weight"])
def test_weights_of_either_form_load(tmp_path, saved):
    other = load_model(source("Plain", saved), 3).module
    torch.save(other.state_dict(), tmp_path / "w.pt")
    loaded = load_model(source("Plain", "new_weight", str(tmp_path / "w.pt")), 0).module
    x = torch.ones(1, 4, 5)
    torch.testing.assert_close(loaded(x), other(x))


@pytest.mark.parametrize(
    ("saved", "built"), [("new_spectral", "old_spectral"), ("old_spectral", "new_spectral")]
)
def test_weights_of_the_other_form_that_torch_refuses_name_the_form(tmp_path, saved, built):
    torch.save(load_model(source("Plain", saved), 3).module.state_dict(), tmp_path / "w.pt")
    with pytest.raises(CaptureError, match="do not fit the model") as error:
        load_model(source("Plain", built, str(tmp_path / "w.pt")), 0)
    packages = {"new_spectral": "torch.nn.utils.parametrizations", "old_spectral": "torch.nn.utils"}
    assert (
        f"normalized by {packages[saved]}, but the model uses {packages[built]}: use the same"
        in error.value.hint
    )
    load_model(source("Plain", saved, str(tmp_path / "w.pt")), 0)


@pytest.mark.parametrize("norm", ["old_weight", "old_spectral"])
def test_a_weight_that_a_hook_computes_is_not_stored_state(request_for, events, norm):
    kwargs = {"kwargs_json": json.dumps({"norm": norm})}
    result = captured(request_for("parametrized.py:Plain", *SETS, source=kwargs), events)
    assert "attribute_written" not in [warning["code"] for warning in result["warnings"]]


def test_the_models_own_loader_is_used(tmp_path):
    state = {"dense.weight": torch.ones(4, 4), "dense.bias": torch.ones(4), "step": torch.ones(1)}
    torch.save(state, tmp_path / "w.pt")
    loaded = load_model(source("Renames", "", str(tmp_path / "w.pt")), 0).module
    assert torch.equal(loaded.linear.weight, torch.ones(4, 4))
