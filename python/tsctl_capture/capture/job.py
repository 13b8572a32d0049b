"""The job "capture": build the model, run eager, probe, capture, and describe the result."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial

import torch

from ..events import Events, with_progress
from ..explain.torchscript_support import require_capture, version_warnings
from ..explain.tracer_warnings import is_accepted
from ..model.generated import forward_arguments
from ..model.input_adapter import argument_names, named_arguments
from ..model.inputs import inputs_sha256
from ..model.source_files import source_files
from ..model.tensor_file import write_tensor_file
from ..model.uncompiled import without_compiling
from ..model.values import structure_of
from ..reference.comparison import tolerances_from_dict
from ..reference.eager import prepare_device, run, run_every_call, run_sequence
from ..reference.preparation import eager_warnings, prepare, run_prepared
from ..reference.probes import (
    Budget,
    Probe,
    not_checked,
    plan_probes,
    run_probes,
    screen_on_cpu,
    search_probes,
    size_one_probes,
    split_single_probes,
)
from ..request import CaptureRequest
from ..results import CaptureResult, ForwardParameter, JobWarning
from ..vocabulary import (
    AttemptStatus,
    CaptureMode,
    CaptureStatus,
    ConstantKind,
    ConstantOrigin,
    SizeStatus,
    WarningCode,
)
from .choosing import Chosen, choose
from .generality import fixed_text
from .limits import find_limits
from .mixed import check_division
from .names import readable_class_names
from .saving import require_disk_room, storage_bytes
from .subject import Attempt, Subject

_SHOWN = 3
# Each attempt takes about as long again. A slow model would otherwise run for many minutes.
_PROBE_SECONDS = 20.0
_SEQUENCE = 4


def capture(request: CaptureRequest, events: Events) -> CaptureResult:
    """When every attempt fails, the result has the reason in `failure`.

    A module that does not follow eager everywhere has the status "not_general".
    """
    require_capture(request.mode)
    check_division(request)
    with readable_class_names(), without_compiling():
        return _captured(request, events)


def _captured(request: CaptureRequest, events: Events) -> CaptureResult:
    subject = _prepared(request, events)
    result = _described(request, subject)
    result.warnings += _probe(request, subject, events)
    result.not_checked = not_checked(subject.probes, subject.model)
    subject.search = partial(_searched, request, subject, events)
    subject.size_one = partial(_of_size_one, request, subject)
    chosen = choose(request, subject, events)
    result.attempts = [attempt.as_dict() for attempt in chosen.attempts]
    result.eager_s = sum(subject.eager_s) + sum(probe.eager_s for probe in subject.probes)
    if chosen.failure is not None:
        failure = chosen.failure
        result.failure = {"message": failure.message, "hint": failure.hint, "detail": failure.detail}
        result.status = CaptureStatus.FAILED
    else:
        _write_tensors(request, subject, chosen.kept)
        if chosen.kept.status == AttemptStatus.KEPT:
            events.progress("looking for the largest sizes")
            find_limits(request, subject, chosen.kept)
        _describe_chosen(result, chosen, subject)
    result.warnings += _accepted_in_vain(chosen, subject)
    result.warnings += version_warnings()
    return result


def _probe(request: CaptureRequest, subject: Subject, events: Events) -> list[JobWarning]:
    """Runs eager on the probes, and drops those for which no time is left. Returns a warning for these."""
    probes = with_progress(subject.probes, "probing other sizes and values", events)
    budget = Budget(_PROBE_SECONDS)
    slowest_s = max(subject.eager_s)
    done = run_probes(subject.model, probes, request.device, subject.keeps_state, slowest_s, budget)
    warnings = _left_out(done, len(subject.probes))
    del subject.probes[done:]
    subject.probes, subject.singles = split_single_probes(subject.probes)
    if subject.stores:
        _run_sequence(subject)
    return warnings


def _searched(
    request: CaptureRequest, subject: Subject, events: Events, limits: Sequence[int]
) -> Iterator[Probe]:
    """More probes for a trace with warnings, with eager's outputs."""
    events.progress("searching for an input that shows what the trace decided")
    return _run_each(request, subject, search_probes(request, subject.calls, subject.probes, limits))


def _of_size_one(request: CaptureRequest, subject: Subject) -> Iterator[Probe]:
    """Probes with a size of 1, with eager's outputs."""
    return _run_each(request, subject, size_one_probes(request, subject.probes))


def _run_each(request: CaptureRequest, subject: Subject, found: Iterator[Probe]) -> Iterator[Probe]:
    for probe in found:
        run_probes(subject.model, [probe], request.device, subject.keeps_state, max(subject.eager_s))
        yield probe


def _write_tensors(request: CaptureRequest, subject: Subject, kept: Attempt) -> None:
    """Writes every call with eager's outputs, in the structure of the captured module's."""
    later = subject.later
    names = argument_names(subject.model, subject.calls[0])
    calls = [*subject.calls, *(one.call for one in later)]
    outputs = kept.arranged([*subject.outputs, *(one.outputs for one in later)])
    numbers = [*[1] * len(subject.calls), *(one.number for one in later)]
    write_tensor_file(request.tensors_path, calls, outputs, names, numbers)


def _prepared(request: CaptureRequest, events: Events) -> Subject:
    """Builds the model and runs it eagerly on every declared set."""
    prepare_device(request.device, request.threads)
    prepared = prepare(request, events)
    model, calls = prepared.model, prepared.calls
    if request.model_path:
        require_disk_room(request.model_path, storage_bytes(model.module))
    probes = plan_probes(request, model)
    if request.device != "cpu":
        screen_on_cpu(model, probes)
        model.module.to(request.device)
    tolerances = tolerances_from_dict(request.tolerance)
    declared = run_prepared(prepared, request.device, tolerances, events, may_change=True)
    subject = Subject(model, calls, declared.outputs, request.device, tolerances, probes)
    subject.eager_s, subject.build_s = declared.seconds, prepared.build_s
    subject.dims = {(item["input"], int(item["axis"])): item["dim"] for item in request.named_sizes}
    subject.warnings = eager_warnings(request.source.text, model, calls, declared)
    if declared.keeps_state:
        every = run_every_call(model.module, calls, request.device)
        subject.outputs = [one.outputs for one in every if one.number == 1]
        subject.later = [one for one in every if one.number > 1]
    subject.stores = bool(declared.written_state or declared.written_attributes)
    subject.written = declared.written_attributes
    subject.events = events
    subject.accepted = request.accepted_branches
    return subject


def _left_out(done: int, count: int) -> list[JobWarning]:
    if done == count:
        return []
    text = (
        f"only {done} of {count} probes of other sizes and values are compared: "
        f"they took eager more than {_PROBE_SECONDS:g} s"
    )
    return [{"code": WarningCode.LATER_CALLS_LEFT_OUT, "text": text}]


def _run_sequence(subject: Subject) -> None:
    """What forward stores may change the outputs for other inputs only."""
    others = [probe.call for probe in subject.probes if probe.accepted and not probe.inputs]
    calls = [*subject.calls[:_SEQUENCE], *others][:_SEQUENCE]
    with suppress(Exception, SystemExit):  # a cache may be full
        outputs = run_sequence(subject.model.module, calls, subject.device)
        subject.sequence = list(zip(calls, outputs, strict=True))


def _described(request: CaptureRequest, subject: Subject) -> CaptureResult:
    model, parameters = subject.model, list(subject.model.module.parameters())
    return CaptureResult(
        class_name=model.class_name,
        was_training=model.was_training,
        parameter_count=sum(parameter.numel() for parameter in parameters),
        parameter_bytes=sum(parameter.numel() * parameter.element_size() for parameter in parameters),
        input_labels=[call.label for call in subject.calls],
        inputs_sha256=inputs_sha256(request.inputs_file) if request.inputs_file else "",
        source_files=source_files(request.source),
        input_structure=structure_of(named_arguments(model, subject.calls[0])),
        output_structure=structure_of(subject.outputs[0]),
        build_s=subject.build_s,
        eager_s=sum(subject.eager_s),
        warnings=list(subject.warnings),
    )


def _describe_chosen(result: CaptureResult, chosen: Chosen, subject: Subject) -> None:
    kept = chosen.kept
    result.mode, result.adapter = kept.mode, kept.adapter
    is_kept = kept.status == AttemptStatus.KEPT
    result.status = CaptureStatus.CAPTURED if is_kept else CaptureStatus.NOT_GENERAL
    result.generality = [entry.as_dict() for entry in kept.generality]
    result.submodules = kept.submodules
    accepted = [notice.place for notice in kept.notices if notice.accepted]
    result.accepted_branches = list(dict.fromkeys(accepted)) if is_kept else []
    result.save_s = chosen.save_s
    result.output_names = kept.output_names(subject.outputs[0])
    result.parameters = _parameters(kept.module)
    for warning in result.warnings:
        if warning["code"] == WarningCode.ATTRIBUTE_WRITTEN and not kept.mixed:
            stores = kept.mode != CaptureMode.TRACE or _stores(kept, subject)
            warning["text"] += ", as does every call of the file" if stores else ": the file does not"
    result.warnings += [{"code": code, "text": text} for code, text in _notes(kept)]


def _accepted_in_vain(chosen: Chosen, subject: Subject) -> list[JobWarning]:
    """A warning for each --accept-branch at whose line no trace decided anything, with the lines that decide."""
    traced = [notice for attempt in chosen.attempts for notice in attempt.notices]
    others = list(dict.fromkeys(one.place for one in traced if one.decides_by_value or one.accepted))
    is_needless = chosen.failure is None and chosen.kept.status == AttemptStatus.KEPT
    what = "is not needed" if is_needless else "has no effect"
    known = f"; decisions by values, which can be accepted, are at {', '.join(others)}" if others else ""
    return [
        {
            "code": WarningCode.DECIDED_BY_EXAMPLE,
            "text": f"--accept-branch {place} {what}: no trace decided anything at that line{known}",
        }
        for place in subject.accepted
        if not any(is_accepted(notice, [place]) for notice in traced)
    ]


def _stores(kept: Attempt, subject: Subject) -> bool:
    """Whether a call of a trace changes every tensor that forward stores."""

    def has_all(keys: Iterable[str]) -> bool:
        return all(any(f".{key}".endswith(f".{name}") for key in keys) for name in subject.written)

    known = kept.module.state_dict()
    if not has_all(known):
        return False
    module = copy.deepcopy(kept.module)
    run(module, kept.given(subject.calls[0]), subject.device)
    return has_all(
        [key for key, tensor in module.state_dict().items() if not torch.equal(tensor, known[key])]
    )


def _notes(kept: Attempt) -> Iterator[tuple[WarningCode, str]]:
    """What a user of the file should know, by code."""
    if kept.example_label:
        text = (
            f"the model was traced with {kept.example_label}: a trace of the first input set is not general"
        )
        yield WarningCode.OTHER_EXAMPLE, text
    if kept.left_out:
        text = f"the file lacks these methods marked @torch.jit.export: {', '.join(kept.left_out)}"
        yield WarningCode.EXPORT_LEFT_OUT, text
    if kept.status == AttemptStatus.KEPT:
        accepted = list(dict.fromkeys(notice.place for notice in kept.notices if notice.accepted))
        if accepted:
            text = (
                f"the file keeps what its example decided at {', '.join(accepted)} (--accept-branch); "
                f"none of the {len(kept.comparisons)} inputs that were tried shows a difference"
            )
            yield WarningCode.DECIDED_BY_EXAMPLE, text
        if kept.other_branches:
            text = (
                f"the file takes another branch than eager mode at {kept.other_branches}; "
                f"none of the {len(kept.comparisons)} inputs that were tried shows a difference"
            )
            yield WarningCode.DECIDED_BY_EXAMPLE, text
        for entry in kept.generality:
            if entry.status == SizeStatus.FIXED:
                yield WarningCode.SIZE_FIXED, f"{fixed_text(entry)}: the file refuses other sizes"
            elif entry.without_one:
                text = f"axis {entry.axis} of {entry.input} cannot be 1: the file refuses this size"
                yield WarningCode.SIZE_FIXED, text
    yield from _tied_devices(kept)


def _tied_devices(kept: Attempt) -> Iterator[tuple[WarningCode, str]]:
    tied = [
        item
        for item in kept.baked
        if item.kind == ConstantKind.DEVICE and item.origin == ConstantOrigin.TENSOR
    ]
    for device in dict.fromkeys(item.value for item in tied):
        places = list(dict.fromkeys(item.place for item in tied if item.value == device))
        more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
        shown = ", ".join(places[:_SHOWN])
        text = f"the file is tied to {device}: the trace keeps the device at {shown}{more}"
        yield WarningCode.TIED_TO_DEVICE, text


def _parameters(module: torch.jit.ScriptModule) -> list[ForwardParameter]:
    return [
        {
            "name": argument.name,
            "type": argument.type.annotation_str,
            "has_default": argument.has_default_value(),
        }
        for argument in forward_arguments(module)
    ]
