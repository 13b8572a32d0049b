"""For each size of each input: whether the capture follows eager at other sizes, and what fixes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from ..errors import is_own_frame, is_torch_frame
from ..explain.graph_reading import Place, first_difference
from ..model.calls import Call
from ..model.input_adapter import argument_names, named_arguments
from ..model.source import LoadedModel
from ..model.values import leaves
from ..reference.comparison import Comparison
from ..vocabulary import CaptureMode, ComparisonStatus, SizeStatus
from .subject import Attempt, SizeGenerality, Subject

_FILE_LINE = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+)|^(?P<traced>\S+)\((?P<number>\d+)\): ')


Axis = tuple[str, int]  # the name of an input, or of a tensor inside one, and the axis


def sizes_of(model: LoadedModel, call: Call) -> dict[Axis, int]:
    """Every size of every tensor in the arguments."""
    found: dict[Axis, int] = {}
    for name, argument in named_arguments(model, call).items():
        for leaf in leaves(argument, name):
            if leaf.is_tensor:
                found |= {(leaf.name, axis): size for axis, size in enumerate(leaf.value.shape)}
    return found


@dataclass
class _Trial:
    """A call with other sizes than the captured ones, and its comparison with eager."""

    changed: dict[Axis, int]  # the new sizes
    outcome: Comparison


def generality(subject: Subject, attempt: Attempt) -> list[SizeGenerality]:
    """One entry for each size of each tensor in the arguments, in order."""
    example = sizes_of(subject.model, attempt.example[0] if attempt.example else subject.calls[0])
    names = argument_names(subject.model, subject.calls[0])
    trials = _trials(subject, attempt, example)
    causes = _causes(trials)
    entries = []
    for (name, axis), size in example.items():
        position = str(names.index(name)) if name in names else ""
        dim = subject.dims.get((name, axis)) or subject.dims.get((position, axis), "")
        entry = SizeGenerality(name, axis, dim, size)
        _judge(entry, [trial for trial in trials if (name, axis) in trial.changed], causes)
        entries.append(entry)
    return entries


def _trials(subject: Subject, attempt: Attempt, example: dict[Axis, int]) -> list[_Trial]:
    """The comparisons in which a size was changed, without those that probe values."""
    found = []
    for outcome in [*attempt.comparisons, *attempt.singles]:
        if outcome.call is None or outcome.only_values:
            continue
        changed = {
            place: size
            for place, size in sizes_of(subject.model, outcome.call).items()
            if example.get(place, size) != size
        }
        if changed:
            found.append(_Trial(changed, outcome))
    return found


def wrong_calls(subject: Subject, attempt: Attempt, axis: Axis) -> list[tuple[int, Call]]:
    """The calls with another size of this axis for which the capture is wrong, with the fewest changes first."""
    example = sizes_of(subject.model, attempt.example[0] if attempt.example else subject.calls[0])
    wrong = [trial for trial in _trials(subject, attempt, example) if trial.outcome.is_wrong]
    changing = sorted((trial for trial in wrong if axis in trial.changed), key=lambda one: len(one.changed))
    return [(one.changed[axis], one.outcome.call) for one in changing if one.outcome.call is not None]


def _causes(trials: Sequence[_Trial]) -> set[Axis]:
    """The sizes that cause wrong outputs.

    If B=8, T=128 is wrong and B=8, T=16 is right, then T is the cause. Sizes whose change alone gives right
    outputs are removed from a wrong group of changes; a group with a smaller wrong group in it is left out.
    """
    harmless = {
        next(iter(t.changed))
        for t in trials
        if len(t.changed) == 1 and t.outcome.status == ComparisonStatus.SAME
    }
    wrong = [set(trial.changed) for trial in trials if trial.outcome.is_wrong]
    harmless -= {next(iter(group)) for group in wrong if len(group) == 1}
    groups: list[set[Axis]] = []
    for changed in sorted(wrong, key=len):
        group = changed - harmless or changed
        if not any(smaller <= group for smaller in groups):
            groups.append(group)
    return set().union(*groups)


def _judge(entry: SizeGenerality, trials: Sequence[_Trial], causes: set[Axis]) -> None:
    place = (entry.input, entry.axis)
    same = {trial.changed[place] for trial in trials if trial.outcome.status == ComparisonStatus.SAME}
    wrong = [trial for trial in trials if trial.outcome.is_wrong]
    if wrong and place in causes:
        # A size works only if no trial with it is wrong.
        entry.tried = sorted(same - {trial.changed[place] for trial in wrong})
        # Only then is it known that no other size is wrong.
        searched = all(trial.outcome.after_search for trial in wrong)
        if searched and entry.tried and {trial.changed[place] for trial in wrong} == {1}:
            entry.status, entry.without_one = SizeStatus.GENERAL, True
            return
        entry.status, entry.reason = SizeStatus.FIXED, wrong[0].outcome.reason
        return
    entry.tried = sorted(same)
    if same:
        entry.status = SizeStatus.GENERAL
    elif trials and not wrong:
        entry.status = SizeStatus.REFUSED


def find_places(
    entries: Sequence[SizeGenerality],
    subject: Subject,
    attempt: Attempt,
    trace_at: Callable[[Call], torch.jit.ScriptModule | None],
) -> None:
    """Fills in the line that fixes a size: the first place at which a trace with another size differs."""
    example = sizes_of(subject.model, attempt.example[0] if attempt.example else subject.calls[0])
    trials = _trials(subject, attempt, example)
    for entry in entries:
        if entry.status != SizeStatus.FIXED:
            continue
        changing = [trial for trial in trials if (entry.input, entry.axis) in trial.changed]
        wrong = [trial for trial in changing if trial.outcome.is_wrong]
        if not wrong:
            continue
        trial = min(wrong, key=lambda one: len(one.changed))  # the call with the fewest changes
        place = Place()
        if attempt.mode == CaptureMode.TRACE:
            call = trial.outcome.call
            other = trace_at(call) if call is not None else None
            place = first_difference(attempt.module, other) if other is not None else Place()
        if not place.file:
            place = _place_in(trial.outcome.detail)
        entry.place, entry.source_line = place.text, place.line


def _place_in(text: str) -> Place:
    """The innermost line of user code in the interpreter's traceback.

    It comes first in the traceback of a trace, and last in the traceback of a script.
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
