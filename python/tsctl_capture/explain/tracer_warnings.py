"""What torch warns of during tracing or compiling, once each, with the line of the user's code."""

from __future__ import annotations

import linecache
import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from ..errors import calling_line, first_line, is_own_frame, place_text, users_line
from ..python_warnings import handled_warnings
from ..vocabulary import DecidedBy, NoticeCode
from .decided_values import Decisions, watched_decisions
from .trace_advice import advice_for, only_checks

# A part of each message of the tracer, and the code for it.
_KINDS = (
    ("tensor to a Python boolean", NoticeCode.BRANCH_DECIDED),
    ("Using len to get", NoticeCode.LENGTH_TAKEN),
    ("Iterating over a tensor", NoticeCode.LENGTH_TAKEN),
    ("Converting a tensor to", NoticeCode.VALUE_BAKED_IN),
    ("results are registered as constants", NoticeCode.CONSTANT_TENSOR),
    ("does not match the corresponding output of the Python function", NoticeCode.MISMATCH),
    ("nondeterministic nodes", NoticeCode.NONDETERMINISM),
)


@dataclass(frozen=True)
class Notice:
    """One warning; as_dict() has the members of core's CaptureNotice."""

    code: NoticeCode
    message: str
    file: str
    number: int
    decided_by: DecidedBy = DecidedBy.UNKNOWN
    inputs: tuple[str, ...] = ()  # whose values decide
    accepted: bool = False  # by --accept-branch
    limits: tuple[int, ...] = ()  # whole numbers that a size is compared with
    words: str = ""  # what happens at the line, if torch's tracer has no warning for it
    instead: str = ""  # what to do about that

    @property
    def place(self) -> str:
        return place_text(self.file, self.number)

    @property
    def line(self) -> str:
        return linecache.getline(self.file, self.number).strip()

    @property
    def text(self) -> str:
        shown = f"{self.place} `{self.line}`: " if self.line else f"{self.place}: " if self.place else ""
        if self.words:
            return shown + self.words + (", which is accepted" if self.accepted else "")
        if self.code not in _IN_WORDS:
            return shown + self.message
        return shown + _IN_WORDS[self.code] + self._dependence

    @property
    def _dependence(self) -> str:
        if self.decided_by == DecidedBy.VALUES:
            whose = f"of {', '.join(self.inputs)}" if self.inputs else "of tensors"
            return f"; it depends on the values {whose}" + (", and is accepted" if self.accepted else "")
        return _DEPENDENCE.get(self.decided_by, "")

    @property
    def is_tracer(self) -> bool:
        return self.code != NoticeCode.CAPTURE_WARNING

    @property
    def decides(self) -> bool:
        """Whether the trace keeps something of its example because of this."""
        return self.is_tracer and self.code != NoticeCode.TRACER_WARNING

    @property
    def decides_by_value(self) -> bool:
        """Whether other values of the inputs may need another decision, which nobody accepted."""
        if not self.decides or self.accepted:
            return False
        unseen = self.decided_by == DecidedBy.UNKNOWN and self.code in _DECIDES_UNSEEN
        return unseen or self.decided_by == DecidedBy.VALUES

    @property
    def cause(self) -> str:
        """ "the branch at net.py:12 `if x.sum() > 0:` depends on the values of x"."""
        if self.words:
            return f"{self.words} at {self.place} `{self.line}`"
        what = "the branch" if self.is_branch else "the number of rows" if self._is_length else "the value"
        whose = f" of {', '.join(self.inputs)}" if self.inputs else " of tensors"
        return f"{what} at {self.place} `{self.line}` depends on the values{whose}"

    @property
    def _is_length(self) -> bool:
        return self.code == NoticeCode.LENGTH_TAKEN

    @property
    def is_branch(self) -> bool:
        return self.code == NoticeCode.BRANCH_DECIDED

    @property
    def is_other_branch(self) -> bool:
        """Whether the capture takes another branch than eager mode."""
        return bool(self.words) and self.is_branch

    @property
    def is_from_outside(self) -> bool:
        """Whether a value that torch did not compute becomes a constant."""
        return bool(self.words) and not self.is_branch

    @property
    def advice(self) -> str:
        if self.is_branch and self.decided_by == DecidedBy.SIZES:
            return _ADVICE_ON_SIZES
        return self.instead or advice_for(self.code, self.line)

    def as_dict(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "text": self.text,
            "decided_by": self.decided_by if self.code in _IN_WORDS else "",  # core's empty optional
            "inputs": list(self.inputs),
            "accepted": self.accepted,
            "place": self.place,
            "source_line": self.line,
            "advice": self.advice,
        }


_ADVICE_ON_SIZES = (
    "nothing if the sizes that callers use were tried; else declare them with --dim, or use tsctl script"
)
_IN_WORDS = {
    NoticeCode.BRANCH_DECIDED: "the trace keeps the branch that the example takes",
    NoticeCode.LENGTH_TAKEN: "the example's length becomes a constant of the trace",
    NoticeCode.VALUE_BAKED_IN: "the example's value becomes a constant of the trace",
    NoticeCode.CONSTANT_TENSOR: "a tensor made from Python values becomes a constant of the trace",
}
_DEPENDENCE = {
    DecidedBy.CHECK: "; it only raises or prints, which the file does not",
    DecidedBy.SIZES: "; it depends on sizes only",
    DecidedBy.CONSTANTS: "; it depends on constants only",
}
_DECIDES_UNSEEN = (NoticeCode.BRANCH_DECIDED, NoticeCode.VALUE_BAKED_IN)


def _first_sentence(message: str) -> str:
    return first_line(message).split(". ")[0].rstrip(".")


def _notice(message: Warning | str, category: type[Warning], filename: str, number: int) -> Notice:
    text = str(message)
    code = NoticeCode.CAPTURE_WARNING
    if issubclass(category, torch.jit.TracerWarning):
        code = next((kind for words, kind in _KINDS if words in text), NoticeCode.TRACER_WARNING)
    file, line = users_line()
    if not file:
        # The place that the warning itself names, or where torch's own code decides.
        file, line = calling_line() if is_own_frame(filename) else (filename, number)
    return Notice(code, _first_sentence(text), file, line)


@contextmanager
def collected_warnings(inputs: Sequence[str] = (), accepted: Sequence[str] = ()) -> Iterator[list[Notice]]:
    """Collects the warnings that are raised inside, each once, in order.

    At the end the decisions of traces have what they depend on, with the names in `inputs`; those at one of the
    `accepted` places are accepted.
    """
    notices: list[Notice] = []

    def collect(message: Warning | str, category: type[Warning], filename: str, line: int) -> None:
        notice = _notice(message, category, filename, line)
        if notice not in notices:
            notices.append(notice)

    with handled_warnings(collect), watched_decisions() as decisions:
        warnings.simplefilter("always")
        yield notices
    notices[:] = _explained([*notices, *_unwarned(notices, decisions)], decisions, inputs, accepted)


def _unwarned(notices: Sequence[Notice], decisions: Decisions) -> list[Notice]:
    """The decisions that torch does not warn of, such as torch.equal, and those whose warning the model hides."""
    known = {(notice.code, notice.file, notice.number) for notice in notices}
    return [
        Notice(one.code, "", one.file, one.number)
        for place, one in decisions.found.items()
        if (one.silent or one.by == DecidedBy.VALUES) and place not in known
    ]


def _explained(
    notices: Sequence[Notice], decisions: Decisions, inputs: Sequence[str], accepted: Sequence[str]
) -> list[Notice]:
    found = []
    for notice in notices:
        decision = decisions.of(notice.code, notice.file, notice.number) or decisions.of(notice.code, "", 0)
        if decision is None:
            found.append(replace(notice, accepted=is_accepted(notice, accepted)))
            continue
        by = decision.by
        is_check = decision.torchs_check or only_checks(notice.file, notice.number)
        if by == DecidedBy.VALUES and not decision.handled and is_check:
            by = DecidedBy.CHECK
        names = tuple(inputs[position] for position in sorted(decision.inputs) if position < len(inputs))
        changed = replace(notice, decided_by=by, inputs=names if by == DecidedBy.VALUES else ())
        if by == DecidedBy.SIZES:
            changed = replace(changed, limits=_whole_numbers(decision.compared_with))
        found.append(replace(changed, accepted=is_accepted(changed, accepted)))
    return found


def _whole_numbers(values: Sequence[float]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(one) for one in values if math.isfinite(one) and one == one // 1))


def is_accepted(notice: Notice, accepted: Sequence[str]) -> bool:
    """Whether one of the places net.py:12, which may have folders, is the place of the notice."""
    if not notice.file or not notice.decides:
        return False
    path = Path(notice.file).as_posix()
    return any(
        f"/{path}:{notice.number}".endswith(f"/{place.removeprefix('./').lstrip('/')}") for place in accepted
    )
