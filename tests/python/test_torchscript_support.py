"""A torch that retires TorchScript: which messages appear, and which do not."""

import warnings

import pytest
import torch
from capture_requests import input_set, tensor
from tsctl_capture import jobs
from tsctl_capture.capture import job
from tsctl_capture.errors import CaptureError
from tsctl_capture.explain import torchscript_support
from tsctl_capture.explain.tracer_warnings import collected_warnings
from tsctl_capture.retirement_notices import without_retirement_notices


def refusing(*arguments, **options):
    raise RuntimeError("TorchScript is unsafe and was disabled. Migrate to torch.export.")


def capture(request_for, events, mode="auto"):
    request = request_for("simple_model.py:Tiny", input_set(tensor(2, 10)), mode=mode)
    return jobs.run("capture", request, events)


@pytest.mark.parametrize(
    ("mode", "names"), [("trace", ["trace"]), ("script", ["script"]), ("auto", ["trace", "script"])]
)
def test_a_torch_that_refuses_capture_is_named_with_the_way_out(
    request_for, events, monkeypatch, mode, names
):
    for name in names:
        monkeypatch.setattr(torch.jit, name, refusing)
    with pytest.raises(CaptureError) as caught:
        capture(request_for, events, mode)
    assert caught.value.kind == "capture"
    assert "no longer captures TorchScript" in caught.value.message
    assert "was disabled" in caught.value.message
    assert "2.15.0" in caught.value.hint and "frozen" in caught.value.hint
    assert events.lines == []  # the model was not even built


@pytest.mark.parametrize(("mode", "name"), [("trace", "trace"), ("script", "script")])
def test_a_torch_without_the_entry_point_is_named_too(request_for, events, monkeypatch, mode, name):
    monkeypatch.delattr(torch.jit, name)
    with pytest.raises(CaptureError) as caught:
        capture(request_for, events, mode)
    assert caught.value.kind == "capture" and "no longer captures TorchScript" in caught.value.message


def test_one_way_that_is_left_will_do(request_for, events, monkeypatch):
    monkeypatch.setattr(torch.jit, "trace", refusing)
    result = capture(request_for, events)
    assert result["mode"] == "script" and result["attempts"][0]["status"] == "failed"


@pytest.mark.parametrize(
    ("version", "codes"), [((3, 13, 1), []), ((3, 14, 0), ["python_not_supported_by_torchscript"])]
)
def test_a_newer_python_is_warned_about_and_not_refused(monkeypatch, version, codes):
    monkeypatch.setattr(torchscript_support.sys, "version_info", version)
    warned = torchscript_support.version_warnings()
    monkeypatch.undo()
    assert [one["code"] for one in warned] == codes
    assert all(f"Python {version[0]}.{version[1]}" in one["text"] for one in warned)


def test_the_warning_stands_in_the_result(request_for, events, monkeypatch):
    warned = [{"code": "python_not_supported_by_torchscript", "text": "Python 3.14 is newer"}]
    monkeypatch.setattr(job, "version_warnings", lambda: warned)
    assert capture(request_for, events)["warnings"][-1:] == warned


NOTICE = "`torch.jit.trace` is deprecated. Please switch to `torch.compile` or `torch.export`."


@pytest.mark.parametrize(
    ("category", "text", "kept"),
    [
        (FutureWarning, NOTICE, False),
        (DeprecationWarning, NOTICE, False),
        (FutureWarning, "`torch.jit.script` is not supported in Python 3.14+ and may break.", False),
        (FutureWarning, "the argument `width` of Net is deprecated", True),
        (torch.jit.TracerWarning, NOTICE, True),
        (torch.jit.TracerWarning, "Converting a tensor to a Python boolean might be wrong", True),
        (UserWarning, NOTICE, True),
    ],
)
def test_hides_retirement_notices_by_their_text_and_nothing_else(category, text, kept):
    with collected_warnings() as notices:
        warnings.warn(text, category, stacklevel=1)
    assert len(notices) == kept
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        with without_retirement_notices():
            warnings.warn(text, category, stacklevel=1)
    assert len(shown) == kept


def test_this_torch_captures_without_a_word(recwarn):
    for mode in ("trace", "script", "auto"):
        torchscript_support.require_capture(mode)
    assert [str(one.message) for one in recwarn] == []
