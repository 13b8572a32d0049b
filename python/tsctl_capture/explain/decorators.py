"""Decorators of forward: torch compiles the function that functools.wraps names, without what the decorator does."""

from __future__ import annotations

import ast
import inspect
from typing import Any

from ..errors import is_torch_frame, place_text
from ..model.source import LoadedModel
from .problems.user_code import file_of


def without_decorator(model: LoadedModel) -> str:
    """What to do about the first decorator, or __call__, that a script leaves out; empty if there is none."""
    for part in model.module.modules():
        call: Any = type(part).__call__
        code = getattr(call, "__code__", None)
        if code is not None and not is_torch_frame(code.co_filename) and file_of(call) is not None:
            place = place_text(code.co_filename, code.co_firstlineno)
            return (
                f"write what {call.__qualname__} ({place}) does into forward: TorchScript calls forward alone"
            )
        forward: Any = getattr(type(part), "forward", None)
        if not hasattr(forward, "__wrapped__") or is_torch_frame(
            inspect.getsourcefile(forward.__code__) or ""
        ):
            continue
        file = file_of(forward)
        if file is None:
            continue
        line = inspect.unwrap(forward).__code__.co_firstlineno
        for function in file.functions("forward"):
            first = next(iter(function.decorator_list), None)
            if first is not None and first.lineno <= line <= function.lineno:
                return (
                    f"write what the decorator @{ast.unparse(first)} does into forward "
                    f"({place_text(file.path, first.lineno)}): TorchScript compiles forward without it"
                )
    return ""
