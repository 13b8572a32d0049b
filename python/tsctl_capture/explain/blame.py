"""Which submodules the compiler refuses, and in which the tracer warns."""

from __future__ import annotations

import functools
import inspect
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import torch

from ..errors import is_torch_frame, place_text, users_line
from ..python_warnings import handled_warnings

_PLACE = re.compile(r'File "([^"]+)", line (\d+)')


def refused_parts(root: torch.nn.Module, error: BaseException) -> list[str]:
    """The paths of the submodules whose class holds the refused code; "" is the model itself.

    For a function outside of any class it is the submodule that was being compiled.
    """
    for file, line in _PLACE.findall(str(error)):
        found = [path for path, part in root.named_modules() if _holds(type(part), file, int(line))]
        if found:
            return found
    return _being_compiled(root, error)


def _being_compiled(root: torch.nn.Module, error: BaseException) -> list[str]:
    """The innermost submodule that torch was compiling when it raised."""
    paths = {id(part): path for path, part in root.named_modules()}
    found: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        if is_torch_frame(trace.tb_frame.f_code.co_filename):
            held = [paths[id(value)] for value in trace.tb_frame.f_locals.values() if id(value) in paths]
            found = held[:1] or found
        trace = trace.tb_next
    return found


def python_calls(module: torch.jit.ScriptModule) -> dict[str, str]:
    """Python functions that a scripted module calls, by submodule; no file can hold such a call."""
    found: dict[str, str] = {}
    for path, part in module.named_modules():
        for name in part._c._method_names():
            for node in part._c._get_method(name).graph.findAllNodes("prim::PythonOp"):
                found.setdefault(path, node.pyname())
    return found


def _holds(kind: type, file: str, line: int) -> bool:
    """Whether this line belongs to a class or to one of its bases."""
    return any(_covers(base, file, line) for base in kind.__mro__ if base not in (torch.nn.Module, object))


def _covers(kind: type, file: str, line: int) -> bool:
    found, first, last = _written_at(kind)
    return found == file and first <= line <= last


@functools.lru_cache(maxsize=1024)
def _written_at(kind: type) -> tuple[str, int, int]:
    """File, first and last line of a class; "" for a class without source."""
    try:
        lines, first = inspect.getsourcelines(kind)
        return inspect.getsourcefile(kind) or "", first, first + len(lines) - 1
    except (OSError, TypeError):
        return "", 0, 0


@contextmanager
def warned_parts(root: torch.nn.Module) -> Iterator[dict[str, str]]:
    """Collects the submodules in which the tracer warns, each with the first place (net.py:12)."""
    paths = {id(part): path for path, part in root.named_modules()}
    found: dict[str, str] = {}

    def note(_: Warning | str, category: type[Warning], *place: str | int) -> None:
        if issubclass(category, torch.jit.TracerWarning):
            running = _running_part(paths)
            if running is not None:
                found.setdefault(running, place_text(*users_line()))

    with handled_warnings(note):
        warnings.simplefilter("always")
        yield found


def _running_part(paths: dict[int, str]) -> str | None:
    """The submodule whose code runs now."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        owner = frame.f_locals.get("self")
        if isinstance(owner, torch.nn.Module) and id(owner) in paths:
            return paths[id(owner)]
        frame = frame.f_back
    return None
