"""Compares a captured module with eager mode: single calls, later calls of an input set, and sequences of calls."""

from __future__ import annotations

import time
from typing import Any

import torch

from ..model.calls import Call
from ..reference.comparison import Comparison, compare
from ..reference.eager import run_every_call, run_sequence
from ..reference.probes import Probe
from ..vocabulary import CaptureMode, ComparisonStatus
from .argument_types import cast_error
from .subject import Attempt, Subject

_SEQUENCE = "a sequence of different inputs"


def compare_call(attempt: Attempt, subject: Subject, call: Call, outputs: Any, label: str) -> Comparison:
    """Compares the module's outputs for a call with eager mode's `outputs`."""
    started = time.perf_counter()
    try:
        # Without profiling and fusion; verification compares the outputs that these give.
        with torch.jit.optimized_execution(False):
            answer = subject.run(attempt.module, attempt.given(call), attempt.mode == CaptureMode.TRACE)
    except Exception as error:
        captured_s = time.perf_counter() - started
        found = _raised(error)
    else:
        captured_s = time.perf_counter() - started
        found = _compared(attempt, subject, outputs, answer)
    found.label, found.captured_s, found.call = label, captured_s, call
    return found


def compare_probe(attempt: Attempt, subject: Subject, probe: Probe) -> Comparison:
    """Compares the outputs for a probe; "refused" if eager mode raises, or does not repeat its outputs."""
    if probe.accepted:
        found = compare_call(attempt, subject, probe.call, probe.outputs, probe.title)
        if found.status != ComparisonStatus.SAME and not _eager_repeats(subject, probe):
            captured_s = found.captured_s
            found = _refused(probe, "eager gives other outputs when it runs again")
            found.captured_s = captured_s
    else:
        found = _refused(probe, probe.error)
    found.probe, found.only_values = True, not probe.inputs
    found.eager_s = probe.eager_s
    return found


def compare_later_calls(attempt: Attempt, subject: Subject) -> list[Comparison]:
    """Of a model that keeps state: compares the calls after the first of each input set."""
    if not subject.later:
        return []
    found = []
    for call in subject.calls:
        expected = {one.number: one.outputs for one in subject.later if one.call is call}
        with torch.jit.optimized_execution(False):
            _, *answers = run_every_call(attempt.module, [attempt.given(call)], subject.device)
        for answer in answers:
            one = _compared(attempt, subject, expected[answer.number], answer.outputs)
            label = f"{call.label or call.title}, call {answer.number}"
            found.append(_numbered(one, label, call, answer.number))
    return found


def compare_sequence(attempt: Attempt, subject: Subject) -> list[Comparison]:
    """Of a model that stores something: compares calls with different inputs, from a fresh start."""
    if not subject.sequence:
        return []
    calls = [attempt.given(call) for call, _ in subject.sequence]
    try:
        with torch.jit.optimized_execution(False):
            answers = run_sequence(attempt.module, calls, subject.device)
    except Exception as error:
        return [_numbered(_raised(error), _SEQUENCE, calls[0], 2)]
    return [
        _numbered(_compared(attempt, subject, outputs, answer), f"call {number} of {_SEQUENCE}", call, number)
        for number, ((call, outputs), answer) in enumerate(zip(subject.sequence, answers, strict=True), 1)
    ]


def _numbered(found: Comparison, label: str, call: Call, number: int) -> Comparison:
    """The comparison as one of a call that is not the first after a fresh start."""
    found.label, found.call, found.number = label, call, number
    found.probe = found.only_values = True
    return found


def _compared(attempt: Attempt, subject: Subject, outputs: Any, answer: Any) -> Comparison:
    names = attempt.output_names(outputs) if attempt.flattens else []
    return compare(attempt.arrange(outputs), answer, names, subject.tolerances)


def _refused(probe: Probe, reason: str) -> Comparison:
    return Comparison(probe.title, status=ComparisonStatus.REFUSED, reason=reason, call=probe.call)


def _raised(error: Exception) -> Comparison:
    reason = f"it raises {_runtime_message(error)}"
    return Comparison(status=ComparisonStatus.RAISED, reason=reason, detail=str(error))


def _runtime_message(error: BaseException) -> str:
    """The last line of the interpreter's message, which comes from the operator; a cast error in words."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if cast := cast_error(str(error)):
        return cast
    return lines[-1].rstrip(".") if lines else type(error).__name__


def _eager_repeats(subject: Subject, probe: Probe) -> bool:
    try:
        again = subject.run(subject.model.module, probe.call)
    except (Exception, SystemExit):
        return False
    return compare(probe.outputs, again, [], subject.tolerances).status == ComparisonStatus.SAME
