"""What is captured, and one way of capturing it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from ..explain.diagnosis import Diagnosis
from ..explain.graph_reading import BakedConstant
from ..explain.tracer_warnings import Notice
from ..model.calls import Call
from ..model.input_adapter import given_values
from ..model.source import LoadedModel
from ..model.values import arranged, flatten, output_names
from ..reference.comparison import Comparison, Tolerances
from ..reference.probes import Probe


@dataclass
class SizeGenerality:
    """The members of core's SizeGenerality."""

    input: str
    axis: int
    dim: str = ""
    captured_with: int = 0
    tried: list[int] = field(default_factory=list)
    status: str = "not_tried"  # general, fixed, refused, not_tried
    reason: str = ""
    place: str = ""
    source_line: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class Subject:
    """What is captured, and eager's answers to hold the capture against."""

    model: LoadedModel
    calls: list[Call]
    outputs: list[Any]
    device: str
    tolerances: Tolerances
    probes: list[Probe] = field(default_factory=list)
    # Sizes of one input alone that it shares with others: to tell which of them a joint change failed for.
    singles: list[Probe] = field(default_factory=list)
    # Draws more probes for a trace that warned, runs eager on them, and gives those that eager takes.
    search: Callable[[], Iterator[Probe]] = lambda: iter(())
    eager_s: list[float] = field(default_factory=list)  # of each call
    build_s: float = 0.0
    dims: dict[tuple[str, int], str] = field(default_factory=dict)  # names of sizes by (input, axis)
    warnings: list[dict[str, str]] = field(default_factory=list)


@dataclass
class Attempt:
    """The members of core's CaptureAttempt, and the module."""

    mode: str
    status: str = "failed"  # kept, not_general, set_aside, failed
    reason: str = ""
    detail: str = ""
    comparisons: list[Comparison] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    capture_s: float = 0.0  # tracing or compiling alone
    seconds: float = 0.0
    module: Any = None
    flattens: bool = False
    adapter: str = ""
    hint: str = ""
    example: tuple[Call, Any] | None = None  # what a trace ran on; the first declared set if None
    example_label: str = ""
    diagnosis: Diagnosis | None = None  # of a compiler that refused
    fixed: list[str] = field(default_factory=list)  # arguments that a trace keeps, in words
    baked: list[BakedConstant] = field(default_factory=list)
    generality: list[SizeGenerality] = field(default_factory=list)
    singles: list[Comparison] = field(default_factory=list)  # see Subject.singles
    left_out: list[str] = field(default_factory=list)  # exported methods that the module lacks
    inside: bool = False  # of a submodule that a script calls
    mixed: bool = False  # some submodules were captured in the other way
    submodules: list[dict[str, str]] = field(default_factory=list)  # which, and why

    def as_dict(self) -> dict[str, Any]:
        return {
            "mode": self.mode,
            "status": self.status,
            "reason": self.reason,
            "detail": self.detail,
            "comparisons": [item.as_dict() for item in self.comparisons],
            "warnings": [notice.as_dict() for notice in self.notices],
            "baked": [constant.as_dict() for constant in self.baked],
            "capture_s": self.capture_s,
            "seconds": self.seconds,
            "fixed": self.fixed,
            "submodules": self.submodules,
            "diagnosis": None if self.diagnosis is None else self.diagnosis.as_dict(),
        }

    @property
    def way(self) -> str:
        if not self.mixed:
            return self.mode
        return f"{self.mode} around {'scripted' if self.mode == 'trace' else 'traced'} submodules"

    @property
    def wrong(self) -> list[Comparison]:
        return [item for item in self.comparisons if item.is_wrong]

    @property
    def deciding_places(self) -> str:
        """The lines where a trace holds something of its example: "net.py:12, net.py:40"."""
        return ", ".join(dict.fromkeys(notice.place for notice in self.notices if notice.decides))

    def given(self, call: Call) -> Call:
        """The call as the captured module takes it."""
        return given_values(call) if self.mode == "trace" else call

    def arrange(self, outputs: Any) -> Any:
        """Eager's outputs in the structure that the captured module returns."""
        return flatten(outputs) if self.flattens else outputs

    def arranged(self, outputs: list[Any]) -> list[Any]:
        return arranged(outputs, self.flattens)

    def output_names(self, outputs: Any) -> list[str]:
        return output_names(outputs, self.flattens)
