"""The line of the user's code that fixes a size of an input."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import torch

from ..errors import is_own_frame, is_torch_frame
from ..explain.graph_reading import Place, first_difference
from ..model.calls import Call
from ..vocabulary import CaptureMode, SizeStatus
from .generality import wrong_trials
from .subject import Attempt, SizeGenerality, Subject

# A frame of a script's traceback, or of a trace's: `net.py(12): forward`.
_FRAME = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)|^(?P<traced>\S+)\((?P<number>\d+)\): ')

TraceWith = Callable[[Call], torch.jit.ScriptModule | None]


def find_fixing_lines(
    entries: Sequence[SizeGenerality], subject: Subject, attempt: Attempt, trace_with: TraceWith
) -> None:
    """Fills in the line that fixes a size: the first place at which a trace with another size differs.

    Without such a place, or for a script, it is the line that raises with another size.
    """
    for entry in entries:
        if entry.status != SizeStatus.FIXED:
            continue
        wrong = wrong_trials(subject, attempt, (entry.input, entry.axis))
        if not wrong:
            continue
        place = Place()
        if attempt.mode == CaptureMode.TRACE:
            other = trace_with(wrong[0].call)
            place = first_difference(attempt.module, other) if other is not None else Place()
        if not place.file:
            place = raising_line(wrong[0].outcome.detail)
        entry.place, entry.source_line = place.text, place.line


def raising_line(traceback: str) -> Place:
    """The innermost line of user code in the interpreter's traceback.

    It comes first in the traceback of a trace, and last in the traceback of a script.
    """
    found = Place()
    for line in traceback.splitlines():
        frame = _FRAME.search(line)
        if frame is None:
            continue
        file, number = (frame["file"], frame["line"]) if frame["file"] else (frame["traced"], frame["number"])
        if is_torch_frame(file) or is_own_frame(file) or file.startswith(("<", "code/")):
            continue
        found = Place(file, int(number))
        if frame["traced"]:
            return found
    return found
