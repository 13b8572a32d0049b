"""The error of a model that cannot be captured, from the reasons of all attempts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..errors import CaptureError
from ..request import CaptureRequest
from ..vocabulary import AttemptStatus, CaptureMode, ErrorKind
from .scripting import TRACE_INSTEAD, TRACING_WORKS
from .subject import Attempt


def drop_advice_to_trace(attempts: Sequence[Attempt]) -> None:
    """Where a trace was tried and not kept, no diagnosis of a script says that tracing works."""
    if not any(one.mode == CaptureMode.TRACE and one.status != AttemptStatus.KEPT for one in attempts):
        return
    for attempt in attempts:
        if attempt.diagnosis is not None and attempt.diagnosis.tracing.startswith(TRACING_WORKS):
            attempt.diagnosis = replace(attempt.diagnosis, tracing="")
            if attempt.hint.startswith(TRACE_INSTEAD):
                attempt.hint = ""


def combined_failure(request: CaptureRequest, attempts: Sequence[Attempt]) -> CaptureError:
    """One error with the reasons of all attempts, and the hint of the first that has one."""
    name = request.source.text or request.source.name
    remedies = [attempt.remedy for attempt in attempts if attempt.remedy]
    if len(attempts) == 1:
        only = attempts[0]
        verb = "traced" if only.mode == CaptureMode.TRACE else "scripted"
        hint = remedies[0] if remedies else only.hint
        return CaptureError(ErrorKind.CAPTURE, f"'{name}' cannot be {verb}: {only.reason}", hint, only.detail)
    detail = "\n\n".join(
        f"{attempt.way}: {attempt.reason}" + (f"\n{attempt.detail}" if attempt.detail else "")
        for attempt in attempts
    )
    ways: dict[str, list[str]] = {}
    for attempt in attempts:
        ways.setdefault(attempt.reason, []).append(attempt.way)
    reasons = "; ".join(f"{' and '.join(those)}: {reason}" for reason, those in ways.items())
    message = f"'{name}' can be neither traced nor scripted ({reasons})"
    hint = remedies[0] if remedies else _hint_for_both(attempts)
    return CaptureError(ErrorKind.CAPTURE, message, hint, detail)


def _hint_for_both(attempts: Sequence[Attempt]) -> str:
    """The hint about a method in Python, or a general one: the hint of each capture mode names the other mode."""
    ignored = next((attempt.hint for attempt in attempts if "@torch.jit.unused" in attempt.hint), "")
    return ignored or (
        "rewrite the code that neither tracing nor scripting can follow, or trace a submodule without "
        "branches: --trace-submodule PATH=SHAPE"
    )
