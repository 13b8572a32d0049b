"""What the user's code does that TorchScript cannot, and the smallest change that helps."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Diagnosis:
    """The members of core's CaptureDiagnosis."""

    problem: str  # the name of its entry in docs/capture-problems.md
    file: str  # the user's
    line: int
    source_line: str
    cause: str  # one sentence without a full stop
    change: str  # the smallest change, as code
    tracing: str  # whether tracing would do, one sentence without a full stop; empty if that is not known

    @property
    def place(self) -> str:
        """net.py:12"""
        return f"{self.file.rsplit('/', 1)[-1]}:{self.line}"

    @property
    def hint(self) -> str:
        """The change as what to do; empty if none is known."""
        if not self.change:
            return ""
        if "\n" not in self.change:
            return f"write `{self.change}`"
        return "write\n" + "\n".join(f"    {line}" for line in self.change.splitlines())

    def as_dict(self) -> dict[str, object]:
        return asdict(self)
