"""The jobs "eager" and "runtime": write the outputs of an arm for every input set, to be compared."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

from ..events import Events
from ..model.adapters import dropped_outputs
from ..model.calls import Call
from ..model.input_adapter import argument_names
from ..model.inputs import inputs_sha256
from ..model.output_adapter import keeps_structure
from ..model.tensor_file import write_tensor_file
from ..model.uncompiled import without_compiling
from ..model.values import arranged, is_plain, output_names
from ..reference.comparison import Tolerances
from ..reference.eager import Declared, NumberedCall, prepare_device, run_every_call
from ..reference.preparation import Prepared, eager_warnings, prepare, run_prepared
from ..request import EagerRequest, RuntimeRequest
from ..results import EagerResult
from ..vocabulary import CaptureMode
from .arm import compiled
from .runtime_arm import outputs_in_runtime, run_file
from .runtimes import runtime_named
from .tuning import apply_tuning, tuning_warnings


def eager_outputs(request: EagerRequest, events: Events) -> EagerResult:
    """Writes eager's outputs. Mode "trace" gives them the structure that a trace returns."""
    prepare_device(request.device, request.settings.threads)
    with nullcontext() if request.settings.compile else without_compiling():
        return _eager_outputs(request, events)


def _eager_outputs(request: EagerRequest, events: Events) -> EagerResult:
    reason = apply_tuning(request.settings.tuning, request.device)
    prepared = prepare(request, events)
    prepared.model.module.to(request.device)
    if request.settings.compile:
        prepared.model.module = compiled(prepared.model.module)
    result, declared = _run(request, prepared, events)
    result.warnings += tuning_warnings(reason)
    if declared.keeps_state:
        numbered = run_every_call(prepared.model.module, prepared.calls, request.device)
    else:
        numbered = _first_calls(prepared.calls, declared.outputs)
    _write(request, prepared, numbered, result)
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
    result, declared = _run(request, prepared, events)
    model, calls = prepared.model, prepared.calls
    outputs, reason = outputs_in_runtime(
        request, model.module, model.class_name, list(zip(calls, declared.outputs, strict=True)), events
    )
    result.warnings += tuning_warnings(reason)
    _write(request, prepared, _first_calls(calls, outputs), result)
    return result


def _first_calls(calls: Sequence[Call], outputs: Sequence[Any]) -> list[NumberedCall]:
    return [NumberedCall(call, 1, made) for call, made in zip(calls, outputs, strict=True)]


def _run(request: EagerRequest, prepared: Prepared, events: Events) -> tuple[EagerResult, Declared]:
    may_change = not request.settings.runtime
    declared = run_prepared(prepared, request.device, Tolerances(), events, may_change)
    result = EagerResult(
        input_labels=[call.label for call in prepared.calls],
        inputs_sha256=inputs_sha256(request.inputs_file) if request.inputs_file else "",
        warnings=eager_warnings(request.source.text, prepared.model, prepared.calls, declared),
    )
    return result, declared


def _write(
    request: EagerRequest, prepared: Prepared, numbered: Sequence[NumberedCall], result: EagerResult
) -> None:
    first = numbered[0].outputs
    traced = request.mode == CaptureMode.TRACE and not (is_plain(first) or keeps_structure(first))
    flattens = traced or bool(dropped_outputs(first))
    result.output_names = output_names(first, flattens)
    names = argument_names(prepared.model, prepared.calls[0])
    outputs = arranged([one.outputs for one in numbered], flattens)
    write_tensor_file(
        request.tensors_path,
        [one.call for one in numbered],
        outputs,
        names,
        [one.number for one in numbered],
    )
