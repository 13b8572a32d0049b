"""The model to capture with eager's outputs, and the data of one attempt."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ..events import Events
from ..explain.diagnosis import Diagnosis
from ..explain.graph_reading import BakedConstant
from ..explain.tracer_warnings import Notice
from ..model.calls import Call
from ..model.input_adapter import given_values
from ..model.source import LoadedModel
from ..model.values import arranged, flatten, output_names
from ..reference.comparison import Comparison, Tolerances
from ..reference.eager import NumberedCall, run, run_first
from ..reference.probes import Probe
from ..results import JobWarning
from ..vocabulary import AttemptStatus, CaptureMode, SizeStatus, SubmoduleMode


@dataclass
class SizeGenerality:
    """The members of core's SizeGenerality."""

    input: str
    axis: int
    dim: str = ""
    captured_with: int = 0
    tried: list[int] = field(default_factory=list)
    status: SizeStatus = SizeStatus.NOT_TRIED
    up_to: int | None = None  # of general: the largest size that eager takes, if it has a limit
    reason: str = ""
    place: str = ""
    source_line: str = ""
    without_one: bool = False  # of general: only a size of 1 is wrong

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class Subject:
    """The model to capture, and eager's outputs to compare the capture with."""

    model: LoadedModel
    calls: list[Call]
    outputs: list[Any]
    device: str
    tolerances: Tolerances
    probes: list[Probe] = field(default_factory=list)
    # Probes of one input's size that other inputs share; they show which input a joint change fails for.
    singles: list[Probe] = field(default_factory=list)
    # Draws more probes for a trace with warnings, and runs eager on them.
    search: Callable[[Sequence[int]], Iterator[Probe]] = lambda limits: iter(())
    # Probes of a size of 1 on each axis, for a trace that removes axes of this size.
    size_one: Callable[[], Iterator[Probe]] = lambda: iter(())
    eager_s: list[float] = field(default_factory=list)  # of each call
    build_s: float = 0.0
    accepted: list[str] = field(default_factory=list)  # places of branches that the user accepts
    dims: dict[tuple[str, int], str] = field(default_factory=dict)  # names of sizes, by (input, axis)
    warnings: list[JobWarning] = field(default_factory=list)
    # Of a model that keeps state or draws random numbers: eager's calls after the first of each set.
    later: list[NumberedCall] = field(default_factory=list)
    stores: bool = False  # forward assigns attributes or writes to buffers
    # Of a model that stores something: calls with different inputs from a fresh start, and eager's outputs.
    sequence: list[tuple[Call, Any]] = field(default_factory=list)
    written: list[str] = field(default_factory=list)  # what forward stores without a record of the tracer
    events: Events | None = None  # for the progress of the comparisons

    @property
    def keeps_state(self) -> bool:
        """Whether a call can change the outputs of later calls."""
        return bool(self.later) or self.stores

    def example_of(self, attempt: Attempt) -> tuple[Call, Any]:
        """The call that a trace records, and eager's outputs: the first declared set, or the attempt's own."""
        return attempt.example or (self.calls[0], self.outputs[0])

    def run(self, module: Any, call: Call, is_trace: bool = False) -> Any:
        """The outputs of a call; of a model that keeps state, those of a first call. A trace keeps buffers only."""
        starts_anew = self.later or (self.stores and not is_trace)
        return (run_first if starts_anew else run)(module, call, self.device)


@dataclass
class Attempt:
    """The members of core's CaptureAttempt, and the module."""

    mode: CaptureMode
    status: AttemptStatus = AttemptStatus.FAILED
    reason: str = ""
    remedy: str = ""  # the one change with which the whole model can be captured in this way
    detail: str = ""
    comparisons: list[Comparison] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    capture_s: float = 0.0  # tracing or compiling alone
    seconds: float = 0.0
    module: Any = None
    flattens: bool = False
    adapter: str = ""
    hint: str = ""
    example: tuple[Call, Any] | None = None  # of a trace; None is the first declared set
    example_label: str = ""
    diagnosis: Diagnosis | None = None  # if the compiler refused
    fixed: list[str] = field(default_factory=list)  # arguments that a trace fixes, in words
    baked: list[BakedConstant] = field(default_factory=list)
    generality: list[SizeGenerality] = field(default_factory=list)
    singles: list[Comparison] = field(default_factory=list)  # see Subject.singles
    left_out: list[str] = field(default_factory=list)  # exported methods that the module lacks
    inside: bool = False  # the attempt is for a submodule that a script calls
    mixed: bool = False  # some submodules were captured in the other mode
    submodules: list[dict[str, str]] = field(default_factory=list)  # their modes and the reasons

    def as_dict(self) -> dict[str, Any]:
        return {
            "mode": self.mode,
            "status": self.status,
            "reason": self.reason,
            "remedy": self.remedy,
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
        inner = SubmoduleMode.SCRIPTED if self.mode == CaptureMode.TRACE else SubmoduleMode.TRACED
        return f"{self.mode} around {inner} submodules"

    @property
    def wrong(self) -> list[Comparison]:
        return [item for item in self.comparisons if item.is_wrong]

    @property
    def decided_by_values(self) -> list[Notice]:
        """The decisions of a trace that other values of the inputs may need otherwise."""
        return [notice for notice in self.notices if notice.decides_by_value]

    @property
    def other_branches(self) -> str:
        """Where the capture takes another branch than eager mode: "net.py:12 `if torch.jit.is_tracing():`"."""
        found = [one for one in self.notices if one.is_other_branch and not one.accepted]
        return ", ".join(dict.fromkeys(f"{one.place} `{one.line}`" for one in found))

    @property
    def deciding_places(self) -> str:
        """The places where a trace keeps something of its example: "net.py:12, net.py:40"."""
        return ", ".join(dict.fromkeys(notice.place for notice in self.notices if notice.decides))

    def given(self, call: Call) -> Call:
        """The call as the captured module takes it."""
        return given_values(call) if self.mode == CaptureMode.TRACE else call

    def arrange(self, outputs: Any) -> Any:
        """Eager's outputs in the structure that the captured module returns."""
        return flatten(outputs) if self.flattens else outputs

    def arranged(self, outputs: list[Any]) -> list[Any]:
        return arranged(outputs, self.flattens)

    def output_names(self, outputs: Any) -> list[str]:
        return output_names(outputs, self.flattens)
