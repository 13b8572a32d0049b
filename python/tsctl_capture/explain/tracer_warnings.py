"""What torch warns of during tracing or compiling, once each, with the line of the user's code."""

from __future__ import annotations

import linecache
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from ..errors import first_line, place_text, users_line
from ..python_warnings import handled_warnings
from ..vocabulary import NoticeCode
from .trace_advice import advice_for

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

    @property
    def place(self) -> str:
        return place_text(self.file, self.number)

    @property
    def line(self) -> str:
        return linecache.getline(self.file, self.number).strip()

    @property
    def text(self) -> str:
        shown = f"{self.place} `{self.line}`: " if self.line else f"{self.place}: " if self.place else ""
        return shown + _IN_WORDS.get(self.code, self.message)

    @property
    def is_tracer(self) -> bool:
        return self.code != NoticeCode.CAPTURE_WARNING

    @property
    def decides(self) -> bool:
        """Whether the trace keeps something of its example because of this."""
        return self.is_tracer and self.code != NoticeCode.TRACER_WARNING

    @property
    def is_branch(self) -> bool:
        return self.code == NoticeCode.BRANCH_DECIDED

    def as_dict(self) -> dict[str, str]:
        return {
            "code": self.code,
            "text": self.text,
            "place": self.place,
            "source_line": self.line,
            "advice": advice_for(self.code, self.line),
        }


_IN_WORDS = {
    NoticeCode.BRANCH_DECIDED: "the trace keeps the branch that the example takes",
    NoticeCode.LENGTH_TAKEN: "the example's length becomes a constant of the trace",
    NoticeCode.VALUE_BAKED_IN: "the example's value becomes a constant of the trace",
    NoticeCode.CONSTANT_TENSOR: "a tensor made from Python values becomes a constant of the trace",
}


def _first_sentence(message: str) -> str:
    return first_line(message).split(". ")[0].rstrip(".")


def _notice(message: Warning | str, category: type[Warning], filename: str, number: int) -> Notice:
    text = str(message)
    code = NoticeCode.CAPTURE_WARNING
    if issubclass(category, torch.jit.TracerWarning):
        code = next((kind for words, kind in _KINDS if words in text), NoticeCode.TRACER_WARNING)
    file, line = users_line()
    # Without a line of the user's code, the place that the warning itself names.
    return Notice(code, _first_sentence(text), *((file, line) if file else (filename, number)))


@contextmanager
def collected_warnings() -> Iterator[list[Notice]]:
    """Collects the warnings that are raised inside, each once, in order."""
    notices: list[Notice] = []

    def collect(message: Warning | str, category: type[Warning], filename: str, line: int) -> None:
        notice = _notice(message, category, filename, line)
        if notice not in notices:
            notices.append(notice)

    with handled_warnings(collect):
        warnings.simplefilter("always")
        yield notices
