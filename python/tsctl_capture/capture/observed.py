"""One capture, with what torch's tracer does not notice: other branches than eager mode's, and values from outside."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from ..explain.graph_reading import is_same_graph
from ..explain.tracer_warnings import Notice, collected_warnings, is_accepted
from ..model.input_adapter import named_arguments
from ..reference.outside import ENVIRONMENT, Reading, Readings, kept_generators, watched_readings
from ..reference.state import restored_state
from ..vocabulary import CaptureMode, DecidedBy, NoticeCode
from .paths import eager_path, other_branches, recorded_path, scripted_branches
from .subject import Attempt, Subject

Capture = Callable[[Attempt, Subject], None]
_MOST_READINGS = 8  # for each of which the model is traced twice more
_SAME_LINES = "let eager mode, a trace and a script run the same lines"
_DRAW = "draw it with torch (torch.rand, torch.randn, torch.randint), or pass it to forward as an argument"
_PASS = "pass it to forward as an argument"


def observed_capture(attempt: Attempt, subject: Subject, capture: Capture) -> None:
    """Captures the model into the attempt, with its notices."""
    call, _ = subject.example_of(attempt)
    names = list(named_arguments(subject.model, call))
    module = subject.model.module
    if attempt.mode == CaptureMode.SCRIPT:
        with restored_state(module), collected_warnings(names, subject.accepted) as notices:
            _timed(capture, attempt, subject)
        places = scripted_branches(attempt.module) if attempt.module is not None else []
        attempt.notices = [*notices, *(_other_branch(attempt, *place) for place in places)]
        return
    # Not shared between attempts: eager mode and the trace have to start with the same random generators.
    eager = eager_path(subject, call)
    with (
        kept_generators(),
        restored_state(module),  # tracing runs forward too
        collected_warnings(names, subject.accepted) as notices,
        watched_readings() as readings,
        recorded_path() as traced,
    ):
        _timed(capture, attempt, subject)
    found: list[Notice] = []
    if attempt.module is not None:  # an exception ends the path
        found = [_other_branch(attempt, *place) for place in other_branches(eager, traced)]
        if attempt.mixed:
            scripted = scripted_branches(attempt.module)
            found += [_other_branch(Attempt(CaptureMode.SCRIPT), *place) for place in scripted]
        found += _constants(attempt, subject, capture, readings)
        attempt.fixed = [*attempt.fixed, *_variables(readings)]
    attempt.notices = [
        *notices,
        *(replace(one, accepted=is_accepted(one, subject.accepted)) for one in found),
    ]


def _timed(capture: Capture, attempt: Attempt, subject: Subject) -> None:
    started = time.perf_counter()
    capture(attempt, subject)
    attempt.capture_s = time.perf_counter() - started


def _other_branch(attempt: Attempt, file: str, number: int) -> Notice:
    words = f"the {attempt.mode} takes another branch than eager mode"
    return Notice(
        NoticeCode.BRANCH_DECIDED, "", file, number, DecidedBy.CONSTANTS, words=words, instead=_SAME_LINES
    )


def _constants(attempt: Attempt, subject: Subject, capture: Capture, readings: Readings) -> list[Notice]:
    """The readings whose value is in the graph: with another value the trace is another one."""
    return [
        Notice(
            NoticeCode.VALUE_BAKED_IN,
            "",
            one.file,
            one.number,
            DecidedBy.VALUES,
            words=f"{one.name} gives another value in each call",
            instead=_DRAW if one.is_random else _PASS,
        )
        for one in readings.changing[:_MOST_READINGS]
        if any(_changes_trace(one, turn, attempt, subject, capture) for turn in (0, 1))
    ]


def _changes_trace(reading: Reading, turn: int, attempt: Attempt, subject: Subject, capture: Capture) -> bool:
    other = Attempt(attempt.mode, example=attempt.example, inside=attempt.inside, mixed=attempt.mixed)
    with (
        kept_generators(),
        restored_state(subject.model.module),
        collected_warnings(),
        watched_readings() as readings,
    ):
        readings.replaced, readings.turn = reading, turn
        capture(other, subject)
    return other.module is None or not is_same_graph(attempt.module, other.module)


def _variables(readings: Readings) -> list[str]:
    read = [one for one in readings.found if one.kind == ENVIRONMENT]
    return [f"the environment variable {one.name} fixed at its value of now ({one.place})" for one in read]
