"""Failures that the user can act on, and the user's own exceptions in a readable form."""

from __future__ import annotations

import functools
import os
import sys
import sysconfig
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from .vocabulary import ErrorKind

_OWN_FOLDER = f"{Path(__file__).absolute().parent}{os.sep}"
_STANDARD_LIBRARY = str(Path(sysconfig.get_paths()["stdlib"]).resolve())
# In a hint: the front puts there how the inputs are declared, and shows the detail with -v only.
DECLARED_INPUTS = "{inputs}"
# As many are shown of an error that torch's own code raises.
_TORCH_FRAMES = 3
# torch adds these frames to every call of a module; they do not help the user.
_CALL_FRAMES = {"_call_impl", "_wrapped_call_impl", "_slow_forward"}


class CaptureError(Exception):
    """Becomes tsctl::Error on the C++ side.

    `message` is one sentence without a full stop; `hint` says what to do; `detail` is text of several lines.
    """

    def __init__(self, kind: ErrorKind, message: str, hint: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.hint = hint
        self.detail = detail


def first_line(text: str) -> str:
    """The first line that is not blank, without a full stop at its end."""
    for line in text.splitlines():
        if line.strip():
            return line.strip().rstrip(".")
    return ""


def describe(error: BaseException) -> str:
    """One line: type and message."""
    message = first_line(str(error))
    name = type(error).__name__
    return f"{name}: {message}" if message else name


def described_with_place(error: BaseException) -> str:
    """One line with the innermost line of the user's code: "ValueError: too wide (net.py:12)"."""
    return describe(error) + place_suffix(error)


def place_suffix(error: BaseException) -> str:
    """The innermost line of the user's code, as " (net.py:12)"; empty without one."""
    every = [frame for frame in traceback.extract_tb(error.__traceback__) if not _is_noise(frame)]
    frames = [frame for frame in every if not is_torch_frame(frame.filename)] or every
    return f" ({place_text(frames[-1].filename, frames[-1].lineno or 0)})" if frames else ""


def place_text(file: str, line: int) -> str:
    """A place as messages show it, such as "net.py:12"; empty without a line."""
    return f"{Path(file).name}:{line}" if file and line else ""


def is_own_frame(filename: str) -> bool:
    return filename.startswith(_OWN_FOLDER)


def is_torch_frame(filename: str) -> bool:
    return f"{os.sep}torch{os.sep}" in filename and "site-packages" in filename


def is_installed(filename: str) -> bool:
    return "site-packages" in filename or "dist-packages" in filename


@functools.lru_cache(maxsize=4096)
def is_python_file(filename: str) -> bool:
    """Whether it belongs to Python itself; code without a file does."""
    if filename.startswith("<"):
        return True
    return not is_installed(filename) and str(Path(filename).resolve()).startswith(_STANDARD_LIBRARY)


@functools.lru_cache(maxsize=4096)
def is_users_file(filename: str) -> bool:
    """Whether it is the user's own: neither installed, nor of Python, nor of tsctl."""
    return not (is_own_frame(filename) or is_installed(filename) or is_python_file(filename))


def users_line() -> tuple[str, int]:
    """File and line of the user's code that runs now, outside torch and tsctl; ("", 0) if there is none."""
    return next(users_lines(), ("", 0))


def users_lines() -> Iterator[tuple[str, int]]:
    """The lines of the user's code that run now, each called by the next, up to tsctl's call of the model."""
    frame: FrameType | None = sys._getframe(1)
    found = False
    while frame is not None and not (found and is_own_frame(frame.f_code.co_filename)):
        file = frame.f_code.co_filename
        skipped = is_own_frame(file) or is_torch_frame(file) or file.startswith("<")
        if not skipped and Path(file).name != "warnings.py":
            found = True
            yield file, frame.f_lineno or 0
        frame = frame.f_back


def calling_line() -> tuple[str, int]:
    """File and innermost line of the code that runs now, torch's included; ("", 0) if all of it is tsctl's."""
    return next(calling_lines(), ("", 0))


def calling_lines() -> Iterator[tuple[str, int]]:
    """The lines of code that run now, torch's included, without tsctl's; the innermost comes first."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if not is_own_frame(file) and not file.startswith("<") and Path(file).name != "warnings.py":
            yield file, frame.f_lineno or 0
        frame = frame.f_back


def _is_noise(frame: traceback.FrameSummary) -> bool:
    return (
        is_own_frame(frame.filename)
        or frame.filename.startswith("<frozen importlib")
        or f"{os.sep}importlib{os.sep}" in frame.filename
        or (is_torch_frame(frame.filename) and frame.name in _CALL_FRAMES)
    )


def _strip(report: traceback.TracebackException) -> None:
    frames = [frame for frame in report.stack if not _is_noise(frame)]
    innermost = max(0, len(frames) - _TORCH_FRAMES)  # of an error in torch's own code
    first = next((i for i, frame in enumerate(frames) if not is_torch_frame(frame.filename)), innermost)
    report.stack = traceback.StackSummary.from_list(frames[first:])
    for linked in (report.__cause__, report.__context__):
        if linked is not None:
            _strip(linked)


def user_traceback(error: BaseException) -> str:
    """The traceback from the user's first frame on, without the frames of tsctl and importlib."""
    report = traceback.TracebackException.from_exception(error)
    _strip(report)
    lines = list(report.format())
    if not report.stack and report.__cause__ is None and report.__context__ is None:
        lines = list(report.format_exception_only())
    return "".join(lines).rstrip("\n")
