"""The requests of the jobs: which keys they read, and what a missing key means."""

from __future__ import annotations

from dataclasses import fields

import pytest
from tsctl_capture.request import (
    ArmRequest,
    ArmSettings,
    CaptureRequest,
    EagerRequest,
    LoadInputsRequest,
    LocateRequest,
    RuntimeRequest,
    Source,
    Tuning,
    parsed,
)
from tsctl_capture.vocabulary import CaptureMode

KINDS = [ArmRequest, CaptureRequest, EagerRequest, LoadInputsRequest, LocateRequest, RuntimeRequest]
SETTINGS = {
    "threads": 3,
    "executor": "legacy",
    "compile": True,
    "runtime": "openvino",
    "tuning": {"precision": "bf16", "fusion": "on", "onednn_graph": False, "cuda_graph": True},
}
READ = ArmSettings(3, True, "openvino", Tuning("bf16", True))


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_key_and_null_mean_the_default(kind):
    nothing = {item.name: None for item in fields(kind)}
    assert parsed(kind, {}) == parsed(kind, nothing) == kind()


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_that_the_job_does_not_read_is_ignored(kind):
    assert parsed(kind, {"shiny": 1, "source": {"shiny": 1}, "settings": {"shiny": 1}}) == kind()


@pytest.mark.parametrize("kind", [ArmRequest, EagerRequest, RuntimeRequest])
def test_settings_are_a_group_of_their_own(kind):
    assert parsed(kind, {"settings": SETTINGS}).settings == READ
    assert parsed(kind, SETTINGS).settings == ArmSettings()


@pytest.mark.parametrize("kind", [CaptureRequest, LocateRequest])
def test_threads_are_a_key_of_requests_without_settings(kind):
    assert parsed(kind, {"threads": 5}).threads == 5


def test_the_source_and_the_mode_get_their_types():
    request = parsed(CaptureRequest, {"source": {"file": "net.py", "name": "Net"}, "mode": "script"})
    assert request.source == Source(file="net.py", name="Net")
    assert request.mode is CaptureMode.SCRIPT
