"""For each size of each input: whether the captured module matches eager mode at other sizes too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..model.calls import Call
from ..model.input_adapter import argument_names, named_arguments
from ..model.source import LoadedModel
from ..model.values import leaves
from ..reference.comparison import Comparison
from ..vocabulary import ComparisonStatus, SizeStatus
from .subject import Attempt, SizeGenerality, Subject

Axis = tuple[str, int]  # the name of an input, or of a tensor inside one, and the axis


@dataclass
class Trial:
    """A call with other sizes than the captured ones, and its comparison with eager mode."""

    call: Call
    changed: dict[Axis, int]  # the new sizes
    outcome: Comparison


def generality(subject: Subject, attempt: Attempt) -> list[SizeGenerality]:
    """One entry for each size of each tensor in the arguments, in order."""
    names = argument_names(subject.model, subject.calls[0])
    trials = _trials(subject, attempt)
    causes = _causes(trials)
    entries = []
    for (name, axis), size in _captured_sizes(subject, attempt).items():
        position = str(names.index(name)) if name in names else ""
        dim = subject.dims.get((name, axis)) or subject.dims.get((position, axis), "")
        entry = SizeGenerality(name, axis, dim, size)
        _judge(entry, [trial for trial in trials if (name, axis) in trial.changed], causes)
        entries.append(entry)
    return entries


def wrong_trials(subject: Subject, attempt: Attempt, axis: Axis) -> list[Trial]:
    """The trials with another size of this axis in which the capture is wrong, those with few changes first."""
    wrong = [one for one in _trials(subject, attempt) if one.outcome.is_wrong and axis in one.changed]
    return sorted(wrong, key=lambda one: len(one.changed))


def fixed_text(entry: SizeGenerality) -> str:
    """ "axis 2 of x is fixed at 224 by net.py:41 `x.view(1, -1)`"."""
    by = f" by {entry.place} `{entry.source_line}`" if entry.place else ""
    return f"axis {entry.axis} of {entry.input} is fixed at {entry.captured_with}{by}"


def _captured_sizes(subject: Subject, attempt: Attempt) -> dict[Axis, int]:
    example, _ = subject.example_of(attempt)
    return _sizes(subject.model, example)


def _sizes(model: LoadedModel, call: Call) -> dict[Axis, int]:
    """Every size of every tensor in the arguments."""
    found: dict[Axis, int] = {}
    for name, argument in named_arguments(model, call).items():
        for leaf in leaves(argument, name):
            if leaf.is_tensor:
                found |= {(leaf.name, axis): size for axis, size in enumerate(leaf.value.shape)}
    return found


def _trials(subject: Subject, attempt: Attempt) -> list[Trial]:
    """The comparisons in which a size was changed, without those that probe values."""
    captured = _captured_sizes(subject, attempt)
    found = []
    for outcome in [*attempt.comparisons, *attempt.singles]:
        call = outcome.call
        if call is None or outcome.only_values:
            continue
        sizes = _sizes(subject.model, call)
        changed = {axis: size for axis, size in sizes.items() if captured.get(axis, size) != size}
        if changed:
            found.append(Trial(call, changed, outcome))
    return found


def _causes(trials: Sequence[Trial]) -> set[Axis]:
    """The sizes that cause wrong outputs.

    If B=8, T=128 is wrong and B=8, T=16 is right, then T is the cause. Sizes whose change alone gives right
    outputs are removed from a wrong group of changes; a group with a smaller wrong group in it is left out.
    """
    same = [set(trial.changed) for trial in trials if trial.outcome.status == ComparisonStatus.SAME]
    wrong = [set(trial.changed) for trial in trials if trial.outcome.is_wrong]
    harmless = _changed_alone(same) - _changed_alone(wrong)
    groups: list[set[Axis]] = []
    for changed in sorted(wrong, key=len):
        group = changed - harmless or changed
        if not any(smaller <= group for smaller in groups):
            groups.append(group)
    return set().union(*groups)


def _changed_alone(groups: Sequence[set[Axis]]) -> set[Axis]:
    return set().union(*(group for group in groups if len(group) == 1))


def _judge(entry: SizeGenerality, trials: Sequence[Trial], causes: set[Axis]) -> None:
    """Fills in the status of a size, by the trials in which it was changed."""
    axis = (entry.input, entry.axis)
    same = {trial.changed[axis] for trial in trials if trial.outcome.status == ComparisonStatus.SAME}
    wrong = [trial for trial in trials if trial.outcome.is_wrong]
    if wrong and axis in causes:
        _judge_cause(entry, same, wrong)
        return
    entry.tried = sorted(same)
    if same:
        entry.status = SizeStatus.GENERAL
    elif trials and not wrong:
        entry.status = SizeStatus.REFUSED


def _judge_cause(entry: SizeGenerality, same: set[int], wrong: Sequence[Trial]) -> None:
    """Fills in the status of a size that causes wrong outputs: it is fixed, or general except for a size of 1."""
    wrong_sizes = {trial.changed[entry.input, entry.axis] for trial in wrong}
    # A size works only if no trial with it is wrong.
    entry.tried = sorted(same - wrong_sizes)
    # Only after the search is it known that no other size is wrong.
    searched = all(trial.outcome.after_search for trial in wrong)
    if searched and entry.tried and wrong_sizes == {1}:
        entry.status, entry.without_one = SizeStatus.GENERAL, True
    else:
        entry.status, entry.reason = SizeStatus.FIXED, wrong[0].outcome.reason
