"""Which way of capturing is kept: one that follows eager everywhere, or one that says where it does not."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from .attempts import attempt_script, attempt_trace, attempt_trace_again
from .errors import CaptureError
from .exports import exported_methods, pass_on_exports
from .guard import guarded
from .input_adapter import fixes_values
from .mixed import attempt_divided, attempt_scripted_inside, attempt_traced_inside
from .request import Request
from .saving import save_module
from .scripting import explain_unsaved
from .subject import Attempt, Subject


@dataclass
class Chosen:
    """What was tried, and what is kept; without a module only the failure."""

    attempts: list[Attempt] = field(default_factory=list)
    kept: Attempt = field(default_factory=lambda: Attempt(""))
    failure: CaptureError | None = None
    save_s: float = 0.0


def choose(request: Request, subject: Subject, events: Any) -> Chosen:
    """Tries one way after the other until one is kept, and writes its module to request.model_path.

    Raises CaptureError{environment} when the file cannot be written.
    """
    chosen = Chosen()
    for way in _ways(request, subject):
        for attempt in way(request, subject, events):
            chosen.attempts.append(attempt)
            if attempt.status == "kept" and _saved(attempt, request, subject, chosen, events):
                return _kept(chosen, _proven(attempt, request, subject, chosen, events))
    if not request.require_general:
        for attempt in chosen.attempts:
            if _is_wrong_at_sizes_only(attempt, subject) and _guard(
                attempt, request, subject, chosen, events
            ):
                return chosen
    for attempt in chosen.attempts:
        if attempt.status == "not_general":
            with suppress(CaptureError):  # what fits in no file cannot be kept for --keep-failed
                save_module(attempt.module, request.model_path)
            return _kept(chosen, attempt)
    chosen.failure = _failure(request, chosen.attempts)
    return chosen


def _proven(attempt: Attempt, request: Request, subject: Subject, chosen: Chosen, events: Any) -> Attempt:
    """A script instead of a trace that decided something by its example, although nothing showed it, if there is one.

    What was not shown may be there all the same; a script has the branch.
    """
    decided = any(notice.decides for notice in attempt.notices)
    if request.mode != "auto" or attempt.mode != "trace" or attempt.mixed or not decided:
        return attempt
    if chosen.attempts[0] is not attempt:
        return attempt
    for script in _try_script(request, subject, events):
        chosen.attempts.append(script)
        if script.status == "kept" and _saved(script, request, subject, chosen, events):
            attempt.status = "set_aside"
            attempt.reason = (
                f"it decided by its example at {attempt.deciding_places}, which a script does not"
            )
            return script
    _saved(attempt, request, subject, chosen, events)  # the script's may have been written over it
    return attempt


def _kept(chosen: Chosen, attempt: Attempt) -> Chosen:
    chosen.kept = attempt
    return chosen


Way = Callable[[Request, Subject, Any], list[Attempt]]


def _ways(request: Request, subject: Subject) -> list[Way]:
    if request.trace_submodules or request.script_submodules:
        return [_try_divided]
    if request.mode == "trace":
        return [_try_trace]
    if request.mode == "script":
        return [_try_script]
    if fixes_values(subject.calls[0]):  # a trace would keep the values of what is no tensor
        return [_try_script, _try_traced_inside, _try_trace, _try_scripted_inside]
    return [_try_trace, _try_script, _try_scripted_inside, _try_traced_inside]


def _try_trace(request: Request, subject: Subject, events: Any) -> list[Attempt]:
    events.progress("tracing")
    first = attempt_trace(subject)
    again = attempt_trace_again(subject, first) if first.status == "not_general" else None
    return [first, again] if again is not None and again.status == "kept" else [first]


def _try_script(request: Request, subject: Subject, events: Any) -> list[Attempt]:
    events.progress("scripting")
    return [attempt_script(subject)]


def _try_divided(request: Request, subject: Subject, events: Any) -> list[Attempt]:
    events.progress("capturing the named submodules apart")
    return [attempt_divided(subject, request)]


def _try_scripted_inside(_: Request, subject: Subject, events: Any) -> list[Attempt]:
    events.progress("looking for submodules to script inside a trace")
    return attempt_scripted_inside(subject)


def _try_traced_inside(_: Request, subject: Subject, events: Any) -> list[Attempt]:
    events.progress("looking for submodules to trace inside a script")
    return attempt_traced_inside(subject)


def _saved(attempt: Attempt, request: Request, subject: Subject, chosen: Chosen, events: Any) -> bool:
    """Whether a file can hold the attempt's module, which is then written."""
    events.progress("writing the captured module")
    started = time.perf_counter()
    try:
        save_module(attempt.module, request.model_path)
    except CaptureError as error:
        if error.kind != "capture":
            raise
        attempt.status = "failed"
        attempt.reason, attempt.detail, attempt.hint = error.message, error.detail, error.hint
        explain_unsaved(attempt, error.__cause__, subject.model)
        return False
    chosen.save_s = time.perf_counter() - started
    return True


def _is_wrong_at_sizes_only(attempt: Attempt, subject: Subject) -> bool:
    """Whether eager is followed on every declared set, and elsewhere except where a size was changed."""
    if attempt.status != "not_general":
        return False
    sized = {probe.title for probe in subject.probes if probe.inputs}
    return all(item.probe and item.label in sized for item in attempt.wrong)


def _guard(attempt: Attempt, request: Request, subject: Subject, chosen: Chosen, events: Any) -> bool:
    """Keeps the attempt behind a check of its inputs' sizes."""
    _kept(chosen, attempt)
    fixed = [entry for entry in attempt.generality if entry.status == "fixed"]
    if not fixed:
        return False
    unguarded = attempt.module
    try:
        attempt.module = guarded(unguarded, fixed)
    except Exception:
        return False  # parameters of a type that cannot be written again, or sizes inside structures
    exported = [name for name in exported_methods(subject.model.module) if name not in attempt.left_out]
    attempt.left_out = [*attempt.left_out, *pass_on_exports(attempt.module, exported)]
    attempt.status = "kept"
    if not _saved(attempt, request, subject, chosen, events):
        attempt.module = unguarded
        return False
    sizes = ", ".join(f"{entry.input} axis {entry.axis}" for entry in fixed)
    attempt.adapter = "; ".join(
        part for part in (attempt.adapter, f"other sizes are refused ({sizes})") if part
    )
    return True


def _failure(request: Request, attempts: list[Attempt]) -> CaptureError:
    name = request.source.text or request.source.name
    hints = [attempt.hint for attempt in attempts if attempt.hint]
    if len(attempts) == 1:
        verb = "traced" if attempts[0].mode == "trace" else "scripted"
        message = f"'{name}' cannot be {verb}: {attempts[0].reason}"
        return CaptureError("capture", message, "".join(hints[:1]), attempts[0].detail)
    detail = "\n\n".join(
        f"{attempt.way}: {attempt.reason}" + (f"\n{attempt.detail}" if attempt.detail else "")
        for attempt in attempts
    )
    reasons = "; ".join(f"{attempt.way}: {attempt.reason}" for attempt in attempts)
    message = f"'{name}' can be neither traced nor scripted ({reasons})"
    return CaptureError("capture", message, _hint_for_both(attempts), detail)


def _hint_for_both(attempts: list[Attempt]) -> str:
    """Each way's own hint is the other way, which failed too, unless a method in Python is what stands in the way."""
    ignored = next((attempt.hint for attempt in attempts if "@torch.jit.unused" in attempt.hint), "")
    return ignored or (
        "write what neither can follow in another way, or trace the part that has no branches: "
        "--trace-submodule PATH=SHAPE"
    )
