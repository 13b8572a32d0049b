"""The decisions of a trace, each with what it depends on.

A trace decides where Python turns a tensor into a bool, a number or a length. A decision that depends on sizes only is
covered by the probes of other sizes, one that depends on weights and constants is harmless. A decision that depends on
the values of an input is the example's: other values may need another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch

from ..errors import users_line
from ..vocabulary import DecidedBy, NoticeCode
from .compared_sizes import compared_sizes
from .recorded_data import recorded_data
from .trace_advice import is_handled_here, is_torchs_check_here
from .value_dependence import NOTHING, RANDOM, SIZES, Dependence, DependenceAnalysis
from .watched_conversions import Conversion, watched_conversions


@dataclass
class Decision:
    """One line at which the trace decided, with the positions of the inputs whose values it depends on."""

    code: NoticeCode
    file: str
    number: int
    by: DecidedBy = DecidedBy.CONSTANTS
    inputs: set[int] = field(default_factory=set)
    silent: bool = False  # torch does not warn of it
    handled: bool = False  # an exception at the line does not leave the model
    torchs_check: bool = True  # only checks in torch's own code decide here
    compared_with: list[float] = field(default_factory=list)  # see compared_sizes()


@dataclass
class Decisions:
    """The decisions of one trace, by kind and line."""

    found: dict[tuple[NoticeCode, str, int], Decision] = field(default_factory=dict)

    def of(self, code: NoticeCode, file: str, number: int) -> Decision | None:
        return self.found.get((code, file, number))

    def note(
        self, code: NoticeCode, dependence: Dependence, silent: bool, compared_with: Sequence[float]
    ) -> None:
        """Notes a decision at the line of the user's code that runs now."""
        file, number = users_line()
        decision = self.found.setdefault((code, file, number), Decision(code, file, number, silent=silent))
        decision.silent = decision.silent and silent
        decision.handled = decision.handled or is_handled_here()
        decision.torchs_check = decision.torchs_check and is_torchs_check_here()
        decision.compared_with += compared_with
        decision.inputs |= {part for part in dependence if part not in (SIZES, RANDOM)}
        if decision.inputs or RANDOM in dependence:
            decision.by = DecidedBy.VALUES
        elif SIZES in dependence and decision.by != DecidedBy.VALUES:
            decision.by = DecidedBy.SIZES


@contextmanager
def watched_decisions() -> Iterator[Decisions]:
    """Collects the decisions of the traces that run inside."""
    decisions = Decisions()
    with watched_conversions(_Watch(decisions).note), recorded_data():
        yield decisions


class _Watch:
    """Finds what each conversion in the trace that is running depends on."""

    def __init__(self, decisions: Decisions) -> None:
        self._decisions = decisions
        self._trace: Any = None  # torch's state of the trace that is analysed
        self._analysis: DependenceAnalysis | None = None

    def note(self, conversion: Conversion) -> None:
        analysis = self._analysis_of_trace()
        dependence: Dependence = NOTHING
        compared_with: list[float] = []
        for tensor in conversion.tensors():
            dependence |= _dependence(tensor, conversion, analysis)
            compared_with += compared_sizes(tensor)
        self._decisions.note(conversion.code, dependence, conversion.is_silent, compared_with)

    def _analysis_of_trace(self) -> DependenceAnalysis:
        """The analysis of the trace that is running; a new one for a new trace."""
        trace: Any = torch._C._get_tracing_state()
        if self._analysis is None or self._trace is not trace:
            self._trace, self._analysis = trace, DependenceAnalysis(trace.graph())
        return self._analysis


def _dependence(tensor: torch.Tensor, conversion: Conversion, analysis: DependenceAnalysis) -> Dependence:
    try:
        value = torch._C._get_value_trace(tensor)  # type: ignore[attr-defined]
    except RuntimeError:
        return NOTHING  # a tensor that the graph does not have: a constant with a gradient
    found = analysis.of(value)
    return found.sizes if conversion.code == NoticeCode.LENGTH_TAKEN else found.values | found.sizes
