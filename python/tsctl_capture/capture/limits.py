"""The largest size at which a general axis works, if eager has a limit: a table of positions, a mask of fixed size."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

import torch

from ..model.inputs import drawn_call
from ..reference.comparison import compare
from ..reference.eager import run
from ..reference.probes import resized
from ..reference.state import restored_state
from ..request import CaptureRequest, InputSet
from ..vocabulary import ComparisonStatus, SizeStatus
from .subject import Attempt, SizeGenerality, Subject

_LARGEST_SIZE = 1 << 13
_LARGEST_DRAWN = 1 << 20  # elements of a tensor
_SECONDS = 3.0  # for all axes
_SLOWEST_CALL = 0.3  # a longer call ends the search for its axis


def find_limits(request: CaptureRequest, subject: Subject, kept: Attempt) -> None:
    """Fills in `up_to` of the general sizes. Inputs that share a dimension change together."""
    if not request.sets:
        return
    until = time.perf_counter() + _SECONDS
    groups: dict[tuple[str, int], list[SizeGenerality]] = {}
    for entry in kept.generality:
        if entry.status == SizeStatus.GENERAL:
            groups.setdefault((entry.dim or entry.input, -1 if entry.dim else entry.axis), []).append(entry)
    with restored_state(subject.model.module):
        for entries in groups.values():
            limit = _limit(request, subject, kept, entries, until)
            for entry in entries:
                entry.up_to = limit


def _limit(
    request: CaptureRequest, subject: Subject, kept: Attempt, entries: Sequence[SizeGenerality], until: float
) -> int | None:
    def accepts(size: int) -> bool | None:
        """Whether eager takes the size; None if that is not to be found out."""
        if time.perf_counter() > until:
            return None
        drawn = _with_size(request, subject, entries, size)
        if max(math.prod(tensor["shape"]) for tensor in drawn["tensors"]) > _LARGEST_DRAWN:
            return None
        started = time.perf_counter()
        try:
            run(subject.model.module, drawn_call(drawn, request.seed), subject.device)
        except (Exception, SystemExit):
            return False
        return True if time.perf_counter() - started < _SLOWEST_CALL else None

    found = largest_accepted(max([entries[0].captured_with, *entries[0].tried]), accepts)
    return found if found is not None and _follows(request, subject, kept, entries, found) else None


def largest_accepted(good: int, accepts: Callable[[int], bool | None]) -> int | None:
    """The largest size that is accepted, by powers of two and then by halves; None without a limit."""
    bad = 1 << good.bit_length()
    while bad <= _LARGEST_SIZE:
        accepted = accepts(bad)
        if accepted is None:
            return None
        if not accepted:
            break
        good, bad = bad, bad * 2
    else:
        return None
    while bad - good > 1:
        middle = good + 1 if bad == 2 * good else (good + bad) // 2  # the limit is often a power of two
        accepted = accepts(middle)
        if accepted is None:
            return None
        good, bad = (middle, bad) if accepted else (good, middle)
    return good


def _with_size(
    request: CaptureRequest, subject: Subject, entries: Sequence[SizeGenerality], size: int
) -> InputSet:
    drawn = request.sets[0]
    names = list(subject.model.signature.parameters) if subject.model.signature is not None else []
    for entry in entries:
        position = str(names.index(entry.input)) if entry.input in names else entry.input
        drawn = resized(drawn, [entry.input, position], entry.axis, size)
    return drawn


def _follows(
    request: CaptureRequest, subject: Subject, kept: Attempt, entries: Sequence[SizeGenerality], size: int
) -> bool:
    call = drawn_call(_with_size(request, subject, entries, size), request.seed)
    try:
        expected = kept.arrange(run(subject.model.module, call, subject.device))
        with torch.jit.optimized_execution(False):
            answer = run(kept.module, kept.given(call), subject.device)
    except Exception:
        return False
    return compare(expected, answer, [], subject.tolerances).status == ComparisonStatus.SAME
