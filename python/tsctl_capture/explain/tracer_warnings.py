"""What torch says while it traces or compiles, once each, with the line of the user's code it is about."""

from __future__ import annotations

import linecache
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from ..errors import first_line, users_line
from ..retirement_notices import is_retirement_notice
from .trace_advice import advice_for

# What the tracer's messages have in common by kind, and the kind's name in the report.
_KINDS = (
    ("tensor to a Python boolean", "branch_decided"),
    ("Using len to get", "length_taken"),
    ("Iterating over a tensor", "length_taken"),
    ("Converting a tensor to", "value_baked_in"),
    ("results are registered as constants", "constant_tensor"),
    ("does not match the corresponding output of the Python function", "mismatch"),
    ("nondeterministic nodes", "nondeterminism"),
)


@dataclass(frozen=True)
class Notice:
    """The members of core's CaptureNotice, and what they come from."""

    code: str  # of _KINDS, tracer_warning for another of the tracer's, capture_warning for any other
    message: str
    file: str
    number: int

    @property
    def place(self) -> str:
        """net.py:12"""
        return f"{os.path.basename(self.file)}:{self.number}" if self.number else ""

    @property
    def line(self) -> str:
        return linecache.getline(self.file, self.number).strip()

    @property
    def text(self) -> str:
        shown = f"{self.place} `{self.line}`: " if self.line else f"{self.place}: " if self.place else ""
        return shown + _IN_WORDS.get(self.code, self.message)

    @property
    def is_tracer(self) -> bool:
        return self.code != "capture_warning"

    @property
    def decides(self) -> bool:
        """Whether the trace holds something of its example because of this."""
        return self.is_tracer and self.code != "tracer_warning"

    @property
    def is_branch(self) -> bool:
        return self.code == "branch_decided"

    def as_dict(self) -> dict[str, str]:
        return {
            "code": self.code,
            "text": self.text,
            "place": self.place,
            "source_line": self.line,
            "advice": advice_for(self.code, self.line),
        }


_IN_WORDS = {
    "branch_decided": "the example decides here which way the trace goes",
    "length_taken": "the example's length becomes a constant of the trace",
    "value_baked_in": "the example's value becomes a constant of the trace",
    "constant_tensor": "a tensor made from Python values becomes a constant of the trace",
}


def _first_sentence(message: str) -> str:
    return first_line(message).split(". ")[0].rstrip(".")


def _notice(message: Warning | str, category: type[Warning], filename: str, number: int) -> Notice:
    text = str(message)
    code = "capture_warning"
    if issubclass(category, torch.jit.TracerWarning):
        code = next((kind for words, kind in _KINDS if words in text), "tracer_warning")
    file, line = users_line()
    # Without a line of the user's: what the warning itself names.
    return Notice(code, _first_sentence(text), *((file, line) if file else (filename, number)))


@contextmanager
def collected_warnings() -> Iterator[list[Notice]]:
    """Collects what is warned about inside, each once, in order."""
    found: dict[Notice, None] = {}
    notices: list[Notice] = []

    def show(
        message: Any, category: Any, filename: str, number: int, file: Any = None, line: Any = None
    ) -> None:
        if is_retirement_notice(message, category):
            return
        notice = _notice(message, category, filename, number)
        if notice not in found:
            found[notice] = None
            notices.append(notice)

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = show
        yield notices
