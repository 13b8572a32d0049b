"""Decorators of forward: torch compiles the function that functools.wraps names, without what the decorator does."""

from __future__ import annotations

import ast
import inspect
from typing import Any

from ..errors import is_torch_frame, place_text
from ..model.source import LoadedModel
from .problems.user_code import file_of


def without_decorator(model: LoadedModel) -> str:
    """What to do about the first decorator that a script leaves out; empty if there is none."""
    for part in model.module.modules():
        forward: Any = getattr(type(part), "forward", None)
        if not hasattr(forward, "__wrapped__") or is_torch_frame(
            inspect.getsourcefile(forward.__code__) or ""
        ):
            continue
        file = file_of(forward)
        own = inspect.unwrap(forward).__code__
        for function in file.functions("forward") if file is not None else []:
            names = [ast.unparse(item) for item in function.decorator_list]
            if (
                file is not None
                and names
                and function.decorator_list[0].lineno <= own.co_firstlineno <= function.lineno
            ):
                place = place_text(file.path, function.decorator_list[0].lineno)
                return (
                    f"write what the decorator @{names[0]} does into forward ({place}): "
                    "TorchScript compiles forward without it"
                )
    return ""
