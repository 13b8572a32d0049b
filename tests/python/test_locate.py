"""The job "locate": the submodule of a file whose output differs first from eager mode."""

import pytest
import torch
from capture_requests import captured, input_set, tensor
from tsctl_capture import jobs
from tsctl_capture.errors import CaptureError
from tsctl_capture.retirement_notices import without_retirement_notices


def located(request, path, events):
    return jobs.run("locate", {**request, "candidate_path": str(path)}, events)["difference"]


def changed(path, name):
    """The captured file with one parameter changed."""
    with without_retirement_notices():
        module = torch.jit.load(str(path))
        with torch.no_grad():
            dict(module.named_parameters())[name].add_(1.0)
        torch.jit.save(module, str(path))


@pytest.mark.parametrize("mode", ["trace", "script"])
def test_names_the_submodule_whose_weights_differ(request_for, events, tmp_path, mode):
    request = request_for("simple_cnn.py:SimpleCNN", input_set(tensor(2, 1, 28, 28)), mode=mode)
    captured(request, events)
    changed(tmp_path / "captured.pt", "second.bias")
    found = located(request, tmp_path / "captured.pt", events)
    assert (found["path"], found["class_name"]) == ("second", "Conv2d")
    assert found["reason"].startswith("out differs by")


def test_looks_below_what_was_wrapped(request_for, events, tmp_path):
    request = request_for("outputs.py:DictOutput", input_set(tensor(2, 4)), mode="trace")
    result = captured(request, events)
    assert result["adapter"]
    with without_retirement_notices():
        names = [name for name, _ in torch.jit.load(str(tmp_path / "captured.pt")).named_parameters()]
    changed(tmp_path / "captured.pt", names[-1])
    assert located(request, tmp_path / "captured.pt", events)["path"]


def test_blames_none_where_all_are_equal(request_for, events, tmp_path):
    request = request_for("simple_cnn.py:SimpleCNN", input_set(tensor(2, 1, 28, 28)), mode="trace")
    captured(request, events)
    found = located(request, tmp_path / "captured.pt", events)
    assert found["path"] == "" and "differs from eager" in found["reason"]


def test_a_frozen_file_has_no_submodules(request_for, events, tmp_path):
    request = request_for("simple_cnn.py:SimpleCNN", input_set(tensor(2, 1, 28, 28)), mode="trace")
    captured(request, events)
    path = tmp_path / "frozen.pt"
    with without_retirement_notices():
        torch.jit.save(torch.jit.freeze(torch.jit.load(str(tmp_path / "captured.pt")).eval()), str(path))
    found = located(request, path, events)
    assert found["path"] == "" and "freezing" in found["reason"]


def test_a_file_that_does_not_load_is_named(request_for, events, tmp_path):
    path = tmp_path / "bad.pt"
    path.write_bytes(b"no archive")
    request = request_for("simple_cnn.py:SimpleCNN", input_set(tensor(2, 1, 28, 28)))
    with pytest.raises(CaptureError) as caught:
        located(request, path, events)
    assert caught.value.kind == "input" and "bad.pt" in caught.value.message
