"""What TorchScript cannot compile in the user's code, and the smallest change that makes it compile."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from ..errors import place_text


@dataclass(frozen=True)
class Diagnosis:
    """The members of core's CaptureDiagnosis."""

    problem: str  # the name of its entry in docs/capture-problems
    file: str  # a file of the user
    line: int
    source_line: str
    cause: str  # one sentence without a full stop
    change: str  # the smallest change, as code
    tracing: str  # whether tracing works instead, one sentence without a full stop; empty if unknown
    rename: str = ""  # the change in words, if it is another name

    @property
    def place(self) -> str:
        return place_text(self.file, self.line)

    @property
    def hint(self) -> str:
        """The change as an instruction; empty if none is known."""
        if not self.change:
            return ""
        if "\n" not in self.change:
            return f"write `{self.change}`"
        return "write\n" + "\n".join(f"    {line}" for line in self.change.splitlines())

    def as_dict(self) -> dict[str, object]:
        members = asdict(self)
        del members["rename"]
        return members
