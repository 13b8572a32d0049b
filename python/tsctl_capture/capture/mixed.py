"""Mixed captures: some submodules are scripted inside a trace, or traced inside a script."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch

from ..errors import CaptureError, describe
from ..explain.blame import python_calls, refused_parts, warned_parts
from ..explain.tracer_warnings import Notice
from ..model.signature import signature_of
from ..model.source import LoadedModel
from ..reference.eager import run
from ..request import CaptureRequest
from ..retirement_notices import without_retirement_notices
from ..vocabulary import AttemptStatus, CaptureMode, ErrorKind, SubmoduleMode
from .attempts import attempted
from .observed import observed_capture
from .reasons import reason_of_decisions
from .scripting import compiler_message, parametrized_parts, parametrized_words, refusal_words, script
from .subject import Attempt, Subject
from .submodules import (
    Recorded,
    drawn_example,
    forget_compiled_types,
    is_below,
    parent_of,
    part_at,
    recorded_calls,
    replaced,
)
from .tracing import trace

# In each round at least one more submodule is traced instead of compiled.
_ROUNDS = 32


class NotMixedError(Exception):
    """No division of the model works; the message says why, and the detail is the compiler's message."""

    def __init__(self, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail


@dataclass
class _Division:
    """The captured modules that replace submodules, and the reasons."""

    traced: dict[str, torch.jit.ScriptModule] = field(default_factory=dict)
    scripted: dict[str, torch.jit.ScriptModule] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)  # of the traces inside
    unfit: set[str] = field(default_factory=set)  # submodules whose traces do not follow eager
    failed_traces: set[str] = field(default_factory=set)  # submodules whose trace was tried and failed


def attempt_scripted_inside(subject: Subject) -> list[Attempt]:
    """A trace in which submodules with branches on values are scripted; empty without such submodules."""
    with without_retirement_notices():
        branching = _branching_parts(subject)
        return [_scripted_inside(subject, branching)] if branching else []


def attempt_traced_inside(subject: Subject) -> list[Attempt]:
    """A script in which the submodules that the compiler refuses are traced; empty if none can be traced."""
    division = _Division()
    with without_retirement_notices():
        try:
            _compiled(subject, "", division)
        except NotMixedError as error:
            tried = Attempt(CaptureMode.SCRIPT, reason=str(error), detail=error.detail, mixed=True)
            return [tried] if division.traced else []
        return [_attempt(subject, division, CaptureMode.SCRIPT)] if division.traced else []


def check_division(request: CaptureRequest) -> None:
    """Raises CaptureError{usage} if the mode contradicts --trace-submodule or --script-submodule."""
    if request.script_submodules:
        flag, way, other = "--script-submodule", "tracing", CaptureMode.SCRIPT
    elif request.trace_submodules:
        flag, way, other = "--trace-submodule", "scripting", CaptureMode.TRACE
    else:
        return
    if request.mode == other:
        raise CaptureError(
            ErrorKind.USAGE, f"{flag} needs {way}, but the mode is {other}", f"leave out --mode, or {flag}"
        )


def attempt_divided(subject: Subject, request: CaptureRequest) -> Attempt:
    """The division that --trace-submodule and --script-submodule ask for."""
    for path, *_ in request.trace_submodules:
        part_at(subject, f"--trace-submodule {path}", path)
    for path in request.script_submodules:
        part_at(subject, f"--script-submodule {path}", path)
    division = _Division()
    with without_retirement_notices():
        for position, (path, *shape) in enumerate(request.trace_submodules):
            _trace_by_hand(subject, request, path, "".join(shape), position, division)
        if not request.script_submodules:
            return _attempt(subject, division, CaptureMode.SCRIPT)
        for path in sorted(request.script_submodules, key=len, reverse=True):
            _script_by_hand(subject, path, division)
        return _attempt(subject, division, CaptureMode.TRACE)


def _script_by_hand(subject: Subject, path: str, division: _Division) -> None:
    try:
        with replaced(subject.model.module, division.traced):
            division.scripted[path] = torch.jit.script(subject.model.module.get_submodule(path))
    except Exception as error:
        reason, detail = compiler_message(error)
        raise CaptureError(
            ErrorKind.CAPTURE,
            f"the submodule '{path}' cannot be scripted: {reason}",
            "rewrite that line for TorchScript, or leave out --script-submodule",
            detail,
        ) from error
    division.reasons[path] = "--script-submodule names it"


def _calls_by_hand(
    subject: Subject, request: CaptureRequest, path: str, shape: str, position: int
) -> Recorded:
    if not shape:
        return recorded_calls(subject, [path])[path]
    call = drawn_example(path, shape, request.seed, position)
    part = subject.model.module.get_submodule(path)
    try:
        return [(call, run(part, call, subject.device))]
    except Exception as error:
        raise CaptureError(
            ErrorKind.CAPTURE,
            f"the submodule '{path}' cannot be traced with {shape}: {describe(error)}",
            "check the shape given with --trace-submodule",
        ) from error


def _trace_by_hand(
    subject: Subject, request: CaptureRequest, path: str, shape: str, position: int, division: _Division
) -> None:
    """Traces one submodule. Raises CaptureError if that fails; the whole model is compared later."""
    around = request.script_submodules
    if around and not any(is_below(path, other) for other in around):
        raise CaptureError(
            ErrorKind.USAGE,
            f"--trace-submodule {path} is not inside a submodule that --script-submodule names",
            "with --script-submodule everything else is traced anyway",
        )
    calls = _calls_by_hand(subject, request, path, shape, position)
    if not calls:
        raise CaptureError(
            ErrorKind.CAPTURE,
            f"the submodule '{path}' is never called, so there is nothing to trace it with",
            f"give a shape: --trace-submodule {path}=1x3x224x224",
        )
    attempt = Attempt(CaptureMode.TRACE, inside=True)
    part = _part_subject(subject, path, calls)
    observed_capture(attempt, part, trace)
    if attempt.module is None or attempt.flattens:
        raise CaptureError(
            ErrorKind.CAPTURE,
            f"the submodule '{path}' cannot be traced{f' with {shape}' if shape else ''}: "
            f"{attempt.reason or 'a trace does not keep the structure of its outputs'}",
            attempt.hint,
            attempt.detail,
        )
    division.traced[path] = attempt.module
    division.notices += attempt.notices
    division.reasons[path] = "--trace-submodule names it"


# --- a trace around scripted submodules --------------------------------------------------------------


def _branching_parts(subject: Subject) -> dict[str, str]:
    """The submodules in which the tracer warns and whose trace does not follow eager, with the place."""
    with warned_parts(subject.model.module) as found:
        trace(Attempt(CaptureMode.TRACE), subject)
    found.pop("", None)
    recorded = recorded_calls(subject, found)
    return {path: place for path, place in found.items() if not _follows(subject, path, recorded[path])}


def _follows(subject: Subject, path: str, calls: Recorded) -> bool:
    return _traced_alone(subject, path, calls).status == AttemptStatus.KEPT


def _traced_alone(subject: Subject, path: str, calls: Recorded) -> Attempt:
    attempt = Attempt(CaptureMode.TRACE, inside=True)
    if calls:
        try:
            attempted(attempt, _part_subject(subject, path, calls), trace)
        except CaptureError as error:  # its outputs cannot be compared
            attempt.status, attempt.reason = AttemptStatus.FAILED, error.message
    return attempt


def _scripted_inside(subject: Subject, branching: dict[str, str]) -> Attempt:
    """Scripts each of them inside a trace. A submodule that cannot be scripted stays traced."""
    division = _Division()
    failed: list[NotMixedError] = []
    for path in sorted(branching, key=len):
        if any(path == other or is_below(path, other) for other in division.scripted):
            continue
        parts = _Division(unfit=set(branching))
        try:
            division.scripted[path] = _compiled(subject, path, parts)
        except NotMixedError as error:
            failed.append(error)
            continue
        division.traced.update(parts.traced)
        division.notices += parts.notices
        division.reasons.update({**parts.reasons, path: f"it branches on values at {branching[path]}"})
    if not division.scripted:
        first = min(branching, key=len)
        place = branching[first]
        reason = (
            f"the submodule '{first}', which branches on values at {place}, cannot be scripted: {failed[0]}"
        )
        return Attempt(CaptureMode.TRACE, reason=reason, detail=failed[0].detail, mixed=True)
    return _attempt(subject, division, CaptureMode.TRACE)


def _has_forward(part: torch.nn.Module) -> bool:
    """Whether it can be called; a list of modules cannot."""
    return type(part).forward is not torch.nn.Module.forward


# --- a script around traced submodules ---------------------------------------------------------------


def _compiled(subject: Subject, path: str, division: _Division) -> torch.jit.ScriptModule:
    """The submodule scripted, with the parts traced that the compiler refuses. Raises NotMixedError."""
    root = subject.model.module
    part = root.get_submodule(path)
    reason = detail = ""
    for found in parametrized_parts(part, path):
        why = f"{parametrized_words(root.get_submodule(found))}, which TorchScript cannot compile"
        _trace_or_climb(subject, found, path, why, division)
    for _ in range(_ROUNDS):
        try:
            with replaced(root, division.traced):
                forget_compiled_types()
                compiled = torch.jit.script(part)
        except Exception as error:
            reason, detail = refusal_words(error, subject.model)
            refused = [found for found in refused_parts(root, error) if is_below(found, path)]
        else:
            calls = python_calls(compiled)
            if not calls:
                return compiled
            reason = f"it calls '{next(iter(calls.values()))}' in Python (@torch.jit.ignore)"
            refused = [f"{path}.{below}" if path else below for below in calls if below]
        # All of them, not only the first that can be traced.
        traced = [_trace_or_climb(subject, found, path, reason, division) for found in refused]
        if not any(traced):
            break
    raise NotMixedError(reason, detail)


def _trace_or_climb(subject: Subject, path: str, top: str, reason: str, division: _Division) -> bool:
    """Traces the submodule, or one around it below `top`; true if the trace follows eager in all calls."""
    tried = path
    while is_below(tried, top):
        if not _has_forward(subject.model.module.get_submodule(tried)):
            tried = parent_of(tried)
            continue
        if any(tried == other or is_below(tried, other) for other in division.traced):
            return False
        if any(tried == other or is_below(other, tried) for other in division.unfit):
            return False
        if tried in division.failed_traces:
            tried = parent_of(tried)
            continue
        attempt = _traced_alone(subject, tried, recorded_calls(subject, [tried])[tried])
        if attempt.status == AttemptStatus.KEPT and not attempt.flattens:
            for below in [other for other in division.traced if is_below(other, tried)]:
                del division.traced[below]
            division.traced[tried] = attempt.module
            division.notices += attempt.notices
            division.reasons[tried] = f"it cannot be scripted: {reason}"
            return True
        division.failed_traces.add(tried)
        tried = parent_of(tried)
    return False


def _part_subject(subject: Subject, path: str, calls: Recorded) -> Subject:
    part = subject.model.module.get_submodule(path)
    model = LoadedModel(part, type(part).__name__, False, signature_of(part.forward))
    given, outputs = [list(column) for column in zip(*calls, strict=True)]
    found = Subject(model, given, outputs, subject.device, subject.tolerances, eager_s=[0.0] * len(given))
    found.accepted = subject.accepted
    return found


# --- the decision ------------------------------------------------------------------------------------


def _attempt(subject: Subject, division: _Division, mode: CaptureMode) -> Attempt:
    """The whole model captured in `mode`, with the submodules that were captured in the other mode."""
    way, others = (trace, division.scripted) if mode == CaptureMode.TRACE else (script, division.traced)

    def capture(attempt: Attempt, subject: Subject) -> None:
        with replaced(subject.model.module, others):
            way(attempt, subject)

    attempt = attempted(Attempt(mode, mixed=True), subject, capture)
    attempt.notices = [*attempt.notices, *division.notices]
    if attempt.status == AttemptStatus.KEPT and attempt.decided_by_values:
        attempt.status, attempt.reason = AttemptStatus.NOT_GENERAL, reason_of_decisions(attempt)
    attempt.submodules = _tree(
        subject, SubmoduleMode.TRACED if mode == CaptureMode.TRACE else SubmoduleMode.SCRIPTED, division
    )
    return attempt


def _tree(subject: Subject, mode: SubmoduleMode, division: _Division) -> list[dict[str, str]]:
    """The submodules that are captured in another mode than the module around them, and those around them."""
    modes = {
        **{path: SubmoduleMode.SCRIPTED for path in division.scripted},
        **{path: SubmoduleMode.TRACED for path in division.traced},
    }
    shown = {""}
    for path in modes:
        while path:
            shown.add(path)
            path = parent_of(path)
    nodes = []
    for path, part in subject.model.module.named_modules(remove_duplicate=False):
        if path in shown:
            node = {"path": path, "class_name": type(part).__name__}
            how = modes.get(path, SubmoduleMode.INSIDE) if path else mode
            nodes.append({**node, "mode": how, "reason": division.reasons.get(path, "")})
    return nodes
