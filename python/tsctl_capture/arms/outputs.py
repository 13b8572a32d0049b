"""The jobs "eager" and "runtime": write the outputs of an arm for every input set, to be compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..events import Events
from ..model.adapters import dropped_outputs
from ..model.calls import Call
from ..model.input_adapter import argument_names
from ..model.inputs import inputs_sha256
from ..model.output_adapter import keeps_structure
from ..model.tensor_file import write_tensor_file
from ..model.values import arranged, is_plain, output_names
from ..reference.comparison import Tolerances
from ..reference.eager import prepare_device, run_every_call
from ..reference.preparation import Prepared, eager_warnings, prepare, run_prepared
from ..request import EagerRequest, RuntimeRequest
from ..results import EagerResult
from ..vocabulary import CaptureMode, WarningCode
from .arm import compiled
from .runtime_arm import outputs_in_runtime, run_file
from .runtimes import runtime_named
from .tuning import apply_tuning, tuning_warnings

Later = tuple[Call, int, Any]  # a call after the first of its set: its number and outputs


def eager_outputs(request: EagerRequest, events: Events) -> EagerResult:
    """Writes eager's outputs. Mode "trace" gives them the structure that a trace returns."""
    prepare_device(request.device, request.settings.threads)
    reason = apply_tuning(request.settings.tuning, request.device)
    prepared = prepare(request, events)
    prepared.model.module.to(request.device)
    if request.settings.compile:
        prepared.model.module = compiled(prepared.model.module)
    result, outputs = _run(request, prepared, events)
    result.warnings += tuning_warnings(reason)
    later: list[Later] = []
    if any(item["code"] == WarningCode.STATE_WRITTEN for item in result.warnings):
        every = run_every_call(prepared.model.module, prepared.calls, request.device)
        outputs = [made for _, number, made in every if number == 1]
        later = [one for one in every if one[1] > 1]
    _write(request, prepared, outputs, result, later)
    return result


def runtime_outputs(request: RuntimeRequest, events: Events) -> EagerResult:
    """Writes the outputs of a source, or of the file `candidate_path`, under another runtime."""
    if request.candidate_path:
        labels, reason = run_file(request, events)
        return EagerResult(input_labels=labels, warnings=tuning_warnings(reason))
    runtime_named(request.settings.runtime)  # fails before anything takes time
    prepare_device(request.device, request.settings.threads)
    prepared = prepare(request, events)
    prepared.model.module.to(request.device)
    result, outputs = _run(request, prepared, events)
    model = prepared.model
    outputs, reason = outputs_in_runtime(
        request, model.module, model.class_name, list(zip(prepared.calls, outputs, strict=True)), events
    )
    result.warnings += tuning_warnings(reason)
    _write(request, prepared, outputs, result)
    return result


def _run(request: EagerRequest, prepared: Prepared, events: Events) -> tuple[EagerResult, list[Any]]:
    may_change = not request.settings.runtime
    declared = run_prepared(prepared, request.device, Tolerances(), events, may_change)
    result = EagerResult(
        input_labels=[call.label for call in prepared.calls],
        inputs_sha256=inputs_sha256(request.inputs_file) if request.inputs_file else "",
        warnings=eager_warnings(prepared.model, prepared.calls, declared),
    )
    if declared.change:
        text = (
            f"the outputs of '{request.source.text}' change from call to call: {declared.change}; call k of a "
            "candidate is compared with its call k, both from a fresh start and one seed"
        )
        result.warnings.append({"code": WarningCode.STATE_WRITTEN, "text": text})
    return result, declared.outputs


def _write(
    request: EagerRequest,
    prepared: Prepared,
    outputs: list[Any],
    result: EagerResult,
    later: Sequence[Later] = (),
) -> None:
    first = outputs[0]
    traced = request.mode == CaptureMode.TRACE and not (is_plain(first) or keeps_structure(first))
    flattens = traced or bool(dropped_outputs(first))
    result.output_names = output_names(first, flattens)
    names = argument_names(prepared.model, prepared.calls[0])
    calls = [*prepared.calls, *(call for call, _, _ in later)]
    numbers = [*[1] * len(outputs), *(number for _, number, _ in later)]
    made = arranged([*outputs, *(one for _, _, one in later)], flattens)
    write_tensor_file(request.tensors_path, calls, made, names, numbers)
