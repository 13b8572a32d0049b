"""Why an attempt is not general: the first comparison that differs, the code that causes it, and what to change."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from ..explain.decorators import without_decorator
from ..explain.tracer_warnings import Notice, collected_warnings
from ..model.calls import Call
from ..reference.comparison import Comparison
from ..reference.outside import held_generators
from ..vocabulary import CaptureMode, SizeStatus
from .comparisons import compare_probe
from .fixing_lines import find_fixing_lines
from .generality import fixed_text, generality
from .subject import Attempt, Subject
from .tracing import trace
from .value_decisions import release_sizes

_DRAW = "draw with torch.rand, torch.randn or torch.randint without generator=: a file cannot hold"
_RETURN_STATE = "return new state from forward instead of storing it, or compile the model (tsctl script)"


def explain(attempt: Attempt, subject: Subject, not_compared: int) -> None:
    """Fills in the result for each size; of an attempt that is not general also the reason and the remedy.

    `not_compared` is the number of probes that were not compared because no time was left.
    """
    if attempt.wrong:
        # They show which of several sizes is wrong.
        accepted = [probe for probe in subject.singles if probe.accepted]
        attempt.singles = [compare_probe(attempt, subject, probe) for probe in accepted]
    attempt.generality = generality(subject, attempt)
    if attempt.wrong:
        if attempt.decided_by_values:
            release_sizes(attempt.generality, subject, attempt)
        find_fixing_lines(attempt.generality, subject, attempt, lambda call: _traced_with(call, subject))
        attempt.reason = _reason_of_difference(attempt, subject)
        if not_compared:
            attempt.reason += f"; {not_compared} more were not compared"
    elif attempt.decided_by_values:
        attempt.reason = reason_of_decisions(attempt)
    attempt.remedy = _remedy(attempt, subject)


def _traced_with(call: Call, subject: Subject) -> torch.jit.ScriptModule | None:
    """A trace of another example; None if the model cannot be traced with it."""
    other = Attempt(CaptureMode.TRACE, example=(call, subject.outputs[0]))
    with collected_warnings():
        trace(other, subject)
    return other.module


def _remedy(attempt: Attempt, subject: Subject) -> str:
    """One change of the model; empty if none is known."""
    outside = _first_from_outside(attempt)
    if outside is not None:
        return f"{outside.instead}: {outside.place} `{outside.line}`"
    if not attempt.wrong:
        return attempt.remedy
    if held := held_generators(subject.model.module):
        return f"{_DRAW} {', '.join(held)}"
    if all(item.number > 1 for item in attempt.wrong):
        return _RETURN_STATE
    return without_decorator(subject.model) if attempt.mode == CaptureMode.SCRIPT else attempt.remedy


def reason_of_decisions(attempt: Attempt) -> str:
    """Names the first decision by values, where no comparison shows that it is wrong."""
    decided = attempt.decided_by_values
    kept = "the example's" if decided[0].is_from_outside else "what the example decided"
    more = f" (and {len(decided) - 1} more like it)" if len(decided) > 1 else ""
    tried = len(attempt.comparisons)
    return (
        f"{decided[0].cause}{more}, and the trace keeps {kept}; "
        f"none of the {tried} inputs that were tried shows a difference"
    )


def _reason_of_difference(attempt: Attempt, subject: Subject) -> str:
    """Names the first comparison that differs, and the code that causes it."""
    wrong = attempt.wrong
    first = next((item for item in wrong if not item.probe), wrong[0])
    more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
    cause = _cause(attempt, subject, first)
    return f"it differs from eager for {first.label}: {first.reason}{more}" + (f"; {cause}" if cause else "")


def _cause(attempt: Attempt, subject: Subject, first: Comparison) -> str:
    """What causes a difference; empty if it is not known."""
    outside = _first_from_outside(attempt)
    if outside is not None:
        return outside.cause
    if first.number > 1 and attempt.mode == CaptureMode.TRACE:
        return "a trace does not keep what forward assigns to attributes of the model"
    fixed = [entry for entry in attempt.generality if entry.status == SizeStatus.FIXED]
    if fixed and not _differs_at_captured_sizes(attempt, subject):
        return "; ".join(fixed_text(entry) for entry in fixed[:2])
    return _deciding_code(attempt.notices)


def _deciding_code(notices: Sequence[Notice]) -> str:
    """The branch, or else the value, that the example decided; those that depend on values come first."""
    branches = [notice for notice in notices if notice.is_branch]
    branches = (
        [notice for notice in branches if notice.decides_by_value]
        or [notice for notice in branches if notice.is_other_branch]
        or branches
    )
    if branches and branches[0].is_other_branch:
        return branches[0].cause
    if branches:
        others = f" (and {len(branches) - 1} more like it)" if len(branches) > 1 else ""
        return f"the example decided the branch at {branches[0].place} `{branches[0].line}`{others}"
    values = [notice for notice in notices if notice.decides]
    values = [notice for notice in values if notice.decides_by_value] or values
    return f"the example fixed a value at {values[0].place} `{values[0].line}`" if values else ""


def _first_from_outside(attempt: Attempt) -> Notice | None:
    """The first value that torch did not compute, such as the time, and that the trace keeps."""
    return next((notice for notice in attempt.decided_by_values if notice.is_from_outside), None)


def _differs_at_captured_sizes(attempt: Attempt, subject: Subject) -> bool:
    """Whether a comparison differs in which only values were changed."""
    example, _ = subject.example_of(attempt)
    return any(
        item.is_wrong and item.call is not None and item.call.shapes == example.shapes
        for item in attempt.comparisons
    )
