"""Which submodules stand in the way: of the compiler, or of a trace that should follow eager."""

from __future__ import annotations

import functools
import inspect
import os
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from ..errors import is_torch_frame, users_line

_PLACE = re.compile(r'File "([^"]+)", line (\d+)')


def refused_parts(root: torch.nn.Module, error: BaseException) -> list[str]:
    """The submodules whose class holds the code that the compiler refuses, "" for the model itself.

    Where that is a function outside of any class, the submodule that was being compiled.
    """
    for file, line in _PLACE.findall(str(error)):
        found = [path for path, part in root.named_modules() if _holds(type(part), file, int(line))]
        if found:
            return found
    return _being_compiled(root, error)


def _being_compiled(root: torch.nn.Module, error: BaseException) -> list[str]:
    """The innermost submodule that torch's compiler had in hand when it raised."""
    paths = {id(part): path for path, part in root.named_modules()}
    found = []
    trace = error.__traceback__
    while trace is not None:
        if is_torch_frame(trace.tb_frame.f_code.co_filename):
            held = [paths[id(value)] for value in trace.tb_frame.f_locals.values() if id(value) in paths]
            found = held[:1] or found
        trace = trace.tb_next
    return found


def python_calls(module: torch.jit.ScriptModule) -> dict[str, str]:
    """What the methods of a scripted module call in Python, which no file can hold: names, by submodule."""
    found: dict[str, str] = {}
    for path, part in module.named_modules():
        for name in part._c._method_names():
            for node in part._c._get_method(name).graph.findAllNodes("prim::PythonOp"):
                found.setdefault(path, node.pyname())
    return found


def _holds(kind: type, file: str, line: int) -> bool:
    """Whether a class or one it is derived from is written around this line."""
    return any(_covers(base, file, line) for base in kind.__mro__ if base not in (torch.nn.Module, object))


def _covers(kind: type, file: str, line: int) -> bool:
    found, first, last = _written_at(kind)
    return found == file and first <= line <= last


@functools.lru_cache(maxsize=1024)
def _written_at(kind: type) -> tuple[str, int, int]:
    """File, first and last line of a class; "" for one that has no source."""
    try:
        lines, first = inspect.getsourcelines(kind)
        return inspect.getsourcefile(kind) or "", first, first + len(lines) - 1
    except (OSError, TypeError):
        return "", 0, 0


@contextmanager
def warned_parts(root: torch.nn.Module) -> Iterator[dict[str, str]]:
    """Collects the submodules that a tracer warns in, each with the first place of its code (net.py:12)."""
    paths = {id(part): path for path, part in root.named_modules()}
    found: dict[str, str] = {}

    def show(_message: object, category: type[Warning], *_: object, **__: object) -> None:
        if issubclass(category, torch.jit.TracerWarning):
            running = _running_part(paths)
            if running is not None:
                file, line = users_line()
                found.setdefault(running, f"{os.path.basename(file)}:{line}" if file else "")

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = show
        yield found


def _running_part(paths: dict[int, str]) -> str | None:
    """The submodule whose code runs."""
    frame = sys._getframe(2)
    while frame is not None:
        owner = frame.f_locals.get("self")
        if isinstance(owner, torch.nn.Module) and id(owner) in paths:
            return paths[id(owner)]
        frame = frame.f_back
    return None
