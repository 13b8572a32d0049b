"""The entry points that C++ calls: run(job, request, events)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .arm import open_arm
from .capture import empty_result, run_capture_job, run_eager_job
from .errors import CaptureError
from .inputs import calls_of, inputs_sha256
from .locate import locate
from .longevity import require_capture, version_warnings
from .request import request_from_dict, with_flat_settings
from .runtime_arm import run_file
from .tensor_file import NO_OUTPUTS, write_tensor_file
from .tuning import tuning_warnings


def capture(request: Mapping[str, Any], events: Any) -> dict[str, Any]:
    known = request_from_dict(request)
    require_capture(known.mode)
    result = run_capture_job(known, events)
    result["warnings"] += version_warnings()
    return result


def eager(request: Mapping[str, Any], events: Any) -> dict[str, Any]:
    return run_eager_job(request_from_dict(request), events)


def load_inputs(request: Mapping[str, Any], events: Any) -> dict[str, Any]:
    known = request_from_dict(request)
    events.progress("reading the inputs")
    calls = calls_of(known)
    write_tensor_file(known.tensors_path, calls, [NO_OUTPUTS] * len(calls), [])
    result = empty_result()
    result["input_labels"] = [call.label for call in calls]
    result["inputs_sha256"] = inputs_sha256(known.inputs_file) if known.inputs_file else ""
    return result


def locate_difference(request: Mapping[str, Any], events: Any) -> dict[str, Any]:
    result = empty_result()
    result["difference"] = locate(request_from_dict(request), events)
    return result


def run_in_runtime(request: Mapping[str, Any], events: Any) -> dict[str, Any]:
    """The outputs of a source, or of the file candidate_path, under another runtime."""
    known = request_from_dict(request)
    if not known.candidate_path:
        return run_eager_job(known, events)
    result = empty_result()
    result["input_labels"], reason = run_file(known, events)
    result["warnings"] = tuning_warnings(reason)
    return result


_JOBS: dict[str, Callable[[Mapping[str, Any], Any], Any]] = {
    "capture": capture,
    "eager": eager,
    "load_inputs": load_inputs,
    "locate": locate_difference,
    "open_arm": open_arm,
    "runtime": run_in_runtime,
}


def run(job: str, request: Mapping[str, Any], events: Any) -> Any:
    """Raises CaptureError for what the user can act on."""
    if job not in _JOBS:
        raise CaptureError("capture", f"the capture package knows no job '{job}'", "reinstall tsctl")
    return _JOBS[job](with_flat_settings(request), events)
