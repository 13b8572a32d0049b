"""What torch says while it traces or compiles, once each, with the line of the user's code it is about."""

from __future__ import annotations

import linecache
import os
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from .errors import first_line, is_own_frame, is_torch_frame

# torch announces the retirement of its Python entry points with these words; tsctl's users cannot act on it.
_RETIREMENT = "`torch.jit."


@dataclass(frozen=True)
class Notice:
    code: str  # tracer_warning, capture_warning
    message: str
    place: str  # net.py:12
    line: str  # the source line

    @property
    def text(self) -> str:
        shown = f"{self.place} `{self.line}`: " if self.line else f"{self.place}: " if self.place else ""
        return shown + self.message

    @property
    def is_branch(self) -> bool:
        return self.code == "tracer_warning" and "Python boolean" in self.message

    def as_dict(self) -> dict[str, str]:
        return {"code": self.code, "text": self.text}


def _first_sentence(message: str) -> str:
    return first_line(message).split(". ")[0].rstrip(".")


def _user_place(filename: str, number: int) -> tuple[str, int]:
    """The innermost frame outside torch and us; what the warning itself names if there is none."""
    for frame in reversed(traceback.extract_stack()):
        skipped = (
            is_own_frame(frame.filename) or is_torch_frame(frame.filename) or frame.filename.startswith("<")
        )
        if not skipped and os.path.basename(frame.filename) != "warnings.py":
            return frame.filename, frame.lineno or 0
    return filename, number


def _notice(message: Warning | str, category: type[Warning], filename: str, number: int) -> Notice:
    is_tracer = issubclass(category, torch.jit.TracerWarning)
    filename, number = _user_place(filename, number)
    return Notice(
        "tracer_warning" if is_tracer else "capture_warning",
        _first_sentence(str(message)),
        f"{os.path.basename(filename)}:{number}" if number else "",
        linecache.getline(filename, number).strip(),
    )


@contextmanager
def collected_warnings() -> Iterator[list[Notice]]:
    """Collects what is warned about inside, each once, in order."""
    found: dict[Notice, None] = {}
    notices: list[Notice] = []

    def show(
        message: Any, category: Any, filename: str, number: int, file: Any = None, line: Any = None
    ) -> None:
        if str(message).startswith(_RETIREMENT):
            return
        notice = _notice(message, category, filename, number)
        if notice not in found:
            found[notice] = None
            notices.append(notice)

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = show
        yield notices


@contextmanager
def without_retirement_notices() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=_RETIREMENT)
        yield
