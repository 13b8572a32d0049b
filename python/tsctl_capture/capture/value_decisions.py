"""Tells sizes that a trace fixes from values that decide: a wrong comparison at another size may have either cause."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch

from ..model.calls import Call
from ..model.inputs import changed_call
from ..model.values import map_tensors
from ..reference.comparison import compare
from ..reference.eager import run
from ..vocabulary import ComparisonStatus, SizeStatus, ValueChange
from .generality import wrong_trials
from .subject import Attempt, SizeGenerality, Subject

_DRAWS = 6  # other values at a size; a branch on the sign of a sum takes each side in half of them
_TRIALS = 2  # wrong comparisons of a size that are looked at


def release_sizes(entries: Sequence[SizeGenerality], subject: Subject, attempt: Attempt) -> None:
    """A size is not fixed if the trace follows eager at another one with values for which it decides the same."""
    for entry in entries:
        if entry.status != SizeStatus.FIXED:
            continue
        axis = (entry.input, entry.axis)
        released = {
            trial.changed[axis]
            for trial in wrong_trials(subject, attempt, axis)[:_TRIALS]
            if any(_follows(subject, attempt, other) for other in _with_other_values(trial.call))
        }
        if released:
            entry.status, entry.reason = SizeStatus.GENERAL, ""
            entry.tried = sorted({*entry.tried, *released})


def _with_other_values(call: Call) -> Iterator[Call]:
    for change in (ValueChange.MIRRORED, ValueChange.NEGATIVE):
        yield changed_call(call, change)
    yield changed_call(changed_call(call, ValueChange.NEGATIVE), ValueChange.MIRRORED)
    generator = torch.Generator().manual_seed(0)
    for _ in range(_DRAWS):

        def drawn(tensor: torch.Tensor) -> torch.Tensor:
            picked = torch.randint(max(1, tensor.numel()), tensor.shape, generator=generator)
            return tensor.cpu().flatten()[picked] if tensor.numel() else tensor

        yield Call(call.label, map_tensors(call.args, drawn), map_tensors(call.kwargs, drawn))


def _follows(subject: Subject, attempt: Attempt, call: Call) -> bool:
    try:
        outputs = run(subject.model.module, call, subject.device)
        with torch.jit.optimized_execution(False):
            answer = run(attempt.module, attempt.given(call), subject.device)
    except (Exception, SystemExit):
        return False
    return compare(attempt.arrange(outputs), answer, [], subject.tolerances).status == ComparisonStatus.SAME
