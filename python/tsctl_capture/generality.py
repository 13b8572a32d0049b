"""For each size of each input: whether the captured module follows eager at others, and what fixes it if not."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from .calls import Call
from .comparison import Comparison
from .errors import is_own_frame, is_torch_frame
from .graph_reading import Place, first_difference
from .input_adapter import argument_names
from .subject import Attempt, SizeGenerality, Subject

_FILE_LINE = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)|^(?P<traced>\S+)\((?P<number>\d+)\): ')


@dataclass
class _Trial:
    """A call in which the size was another than the captured one."""

    size: int
    call: Call
    outcome: Comparison


def generality(subject: Subject, attempt: Attempt) -> list[SizeGenerality]:
    """One entry for each axis of each tensor argument, in order."""
    names = argument_names(subject.model, subject.calls[0])
    example = attempt.example[0] if attempt.example else subject.calls[0]
    entries = []
    for position, (name, tensor) in enumerate(zip(names, _arguments(example), strict=True)):
        if not isinstance(tensor, torch.Tensor):
            continue
        for axis, size in enumerate(tensor.shape):
            dim = subject.dims.get((name, axis)) or subject.dims.get((str(position), axis), "")
            entry = SizeGenerality(name, axis, dim, size)
            _judge(entry, _trials(subject, attempt, position, axis, size))
            entries.append(entry)
    _acquit(entries, subject, attempt)
    return entries


def _arguments(call: Call) -> list[Any]:
    return [*call.args, *call.kwargs.values()]


def _trials(subject: Subject, attempt: Attempt, position: int, axis: int, size: int) -> list[_Trial]:
    """The comparisons of every call that changed this size, with whatever else it changed."""
    found = []
    for call, outcome in _compared(subject, attempt):
        arguments = _arguments(call)
        tensor = arguments[position] if position < len(arguments) else None
        if isinstance(tensor, torch.Tensor) and axis < tensor.dim() and tensor.shape[axis] != size:
            found.append(_Trial(tensor.shape[axis], call, outcome))
    return found


def _compared(subject: Subject, attempt: Attempt) -> list[tuple[Call, Comparison]]:
    calls = [*subject.calls, *(probe.call for probe in subject.probes)]
    return list(zip(calls, attempt.comparisons, strict=False))


def _judge(entry: SizeGenerality, trials: Sequence[_Trial]) -> None:
    wrong = [trial for trial in trials if trial.outcome.status in ("differ", "raised")]
    wrong_sizes = {trial.size for trial in wrong}
    same = {trial.size for trial in trials if trial.outcome.status == "same"} - wrong_sizes
    entry.tried = sorted(same)
    if wrong:
        entry.status, entry.reason = "fixed", wrong[0].outcome.reason
    elif same:
        entry.status = "general"
    elif trials:
        entry.status = "refused"


def _acquit(entries: Sequence[SizeGenerality], subject: Subject, attempt: Attempt) -> None:
    """Clears sizes that were only ever wrong together with another that is wrong by itself.

    A set B=8, T=128 differs because of T when B=8, T=16 does not.
    """
    names = argument_names(subject.model, subject.calls[0])
    example = _arguments(attempt.example[0] if attempt.example else subject.calls[0])
    fixed = {(entry.input, entry.axis): entry for entry in entries if entry.status == "fixed"}
    changes = []
    for call, outcome in _compared(subject, attempt):
        if outcome.status in ("differ", "raised"):
            changed = _changed(names, example, _arguments(call))
            changes.append({place for place in changed if place in fixed})
    alone = _smallest(changes)
    for place, entry in fixed.items():
        if alone and not any(place in group for group in alone):
            trials = _trials(subject, attempt, names.index(entry.input), entry.axis, entry.captured_with)
            entry.tried = sorted({trial.size for trial in trials if trial.outcome.status == "same"})
            entry.status = "general" if entry.tried else "not_tried"
            entry.reason = ""


def _changed(names: Sequence[str], example: Sequence[Any], other: Sequence[Any]) -> set[tuple[str, int]]:
    found = set()
    for name, one, two in zip(names, example, other, strict=False):
        if isinstance(one, torch.Tensor) and isinstance(two, torch.Tensor):
            pairs = enumerate(zip(one.shape, two.shape, strict=False))
            found |= {(name, axis) for axis, (mine, theirs) in pairs if mine != theirs}
    return found


def _smallest(groups: Sequence[set[tuple[str, int]]]) -> list[set[tuple[str, int]]]:
    """The groups that hold no other group."""
    found: list[set[tuple[str, int]]] = []
    for group in sorted(groups, key=len):
        if group and not any(smaller <= group for smaller in found):
            found.append(group)
    return found


def find_places(
    entries: Sequence[SizeGenerality],
    subject: Subject,
    attempt: Attempt,
    trace_at: Callable[[Call], torch.jit.ScriptModule | None],
) -> None:
    """Fills in the line that takes a fixed size: where a trace at another size differs from this one."""
    for entry in entries:
        if entry.status != "fixed":
            continue
        trial = _first_wrong(entry, subject, attempt)
        if trial is None:
            continue
        place = Place()
        if attempt.mode == "trace":
            other = trace_at(trial.call)
            place = first_difference(attempt.module, other) if other is not None else Place()
        if not place.file:
            place = _place_in(trial.outcome.detail)
        entry.place, entry.source_line = place.text, place.line


def _first_wrong(entry: SizeGenerality, subject: Subject, attempt: Attempt) -> _Trial | None:
    names = argument_names(subject.model, subject.calls[0])
    position = names.index(entry.input)
    trials = _trials(subject, attempt, position, entry.axis, entry.captured_with)
    wrong = [trial for trial in trials if trial.outcome.status in ("differ", "raised")]
    # The call that changes least says most.
    example = _arguments(attempt.example[0] if attempt.example else subject.calls[0])
    wrong.sort(key=lambda trial: len(_changed(names, example, _arguments(trial.call))))
    return wrong[0] if wrong else None


def _place_in(text: str) -> Place:
    """The innermost line of user code that the interpreter's traceback names.

    A trace's own traceback begins with it, a compiled module's ends with it.
    """
    found = Place()
    for line in text.splitlines():
        match = _FILE_LINE.search(line)
        if match is None:
            continue
        file, number = (match["file"], match["line"]) if match["file"] else (match["traced"], match["number"])
        if is_torch_frame(file) or is_own_frame(file) or file.startswith(("<", "code/")):
            continue
        found = Place(file, int(number))
        if match["traced"]:
            return found
    return found




def fixed_text(entry: SizeGenerality) -> str:
    """ "axis 2 of x is fixed at 224 by net.py:41 `x.view(1, -1)`"."""
    by = f" by {entry.place} `{entry.source_line}`" if entry.place else ""
    return f"axis {entry.axis} of {entry.input} is fixed at {entry.captured_with}{by}"
