"""The entry points that C++ calls: run(job, request, events)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .arms.arm import open_arm
from .arms.outputs import eager_outputs, runtime_outputs
from .capture.job import capture
from .errors import CaptureError
from .events import Events
from .locate import locate
from .model.inputs import inputs_sha256, load_inputs_file
from .model.tensor_file import NO_OUTPUTS, write_tensor_file
from .python_warnings import sent_warnings
from .request import (
    ArmRequest,
    CaptureRequest,
    EagerRequest,
    LoadInputsRequest,
    LocateRequest,
    RuntimeRequest,
    parsed,
)
from .results import JobResult, LoadInputsResult
from .vocabulary import ErrorKind, Job


def load_inputs(request: LoadInputsRequest, events: Events) -> LoadInputsResult:
    """Writes the sets of --inputs to the tensor file, without outputs."""
    events.progress("reading the inputs")
    calls = load_inputs_file(request.inputs_file)
    write_tensor_file(request.tensors_path, calls, [NO_OUTPUTS] * len(calls), [])
    return LoadInputsResult([call.label for call in calls], inputs_sha256(request.inputs_file))


_JOBS: dict[str, tuple[type, Callable[[Any, Any], JobResult]]] = {
    Job.CAPTURE: (CaptureRequest, capture),
    Job.EAGER: (EagerRequest, eager_outputs),
    Job.RUNTIME: (RuntimeRequest, runtime_outputs),
    Job.LOAD_INPUTS: (LoadInputsRequest, load_inputs),
    Job.LOCATE: (LocateRequest, locate),
}


def run(job: str, request: Mapping[str, Any], events: Events) -> Any:
    """The job's result as a JSON object; for "open_arm" the arm itself.

    Raises CaptureError for what the user can act on.
    """
    with sent_warnings(events):
        if job == Job.OPEN_ARM:
            return open_arm(parsed(ArmRequest, request), events)
        if job not in _JOBS:
            raise CaptureError(
                ErrorKind.CAPTURE, f"the capture package has no job '{job}'", "reinstall tsctl"
            )
        kind, work = _JOBS[job]
        return dict(vars(work(parsed(kind, request), events)))
