"""Classes and values as source text that TorchScript's compiler can read."""

from __future__ import annotations

import linecache
import math
import typing
from collections.abc import Iterable
from typing import Any

import torch


def defined_class(source: str, names: dict[str, Any]) -> Any:
    """The class that `source` defines; the source may use torch and `names`.

    The text is registered in linecache, where the compiler reads the source of a class.
    """
    filename = f"<tsctl {len(linecache.cache)}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    scope: dict[str, Any] = {"torch": torch, "__name__": "tsctl_generated", **names}
    before = set(scope)
    exec(compile(source, filename, "exec"), scope)  # noqa: S102 - the text comes from our own templates
    return next(scope[name] for name in scope if name not in before and name != "__builtins__")


WRAPPER_HEAD = """\
class {name}(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model
"""


def type_names() -> dict[str, Any]:
    """The names that the annotations of a schema may use."""
    names = ("Dict", "List", "Optional", "Tuple", "Union", "Any")
    return {
        "Tensor": torch.Tensor,
        "Device": torch.device,
        **{name: getattr(typing, name) for name in names},
    }


def forward_arguments(module: torch.jit.ScriptModule) -> list[Any]:
    """The arguments in the schema of a compiled forward, without the module, whatever its class calls it."""
    forward: Any = module.forward
    return list(forward.schema.arguments)[1:]


def parameters_text(arguments: Iterable[Any]) -> str:
    """A schema's arguments as parameters that follow self: ", x: Tensor, factor: float = 2.0"."""
    text = ""
    for argument in arguments:
        default = f" = {literal(argument.default_value)}" if argument.has_default_value() else ""
        text += f", {argument.name}: {argument.type.annotation_str}{default}"
    return text


def arguments_text(arguments: Iterable[Any]) -> str:
    """A schema's arguments as the arguments of a call."""
    return ", ".join(argument.name for argument in arguments)


def literal(value: Any) -> str:
    """An expression for a default value; repr() alone would need names that are missing (inf, device)."""
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{float(value)}")'
    if isinstance(value, torch.device):
        return f'torch.device("{value}")'
    if isinstance(value, list):
        return f"[{', '.join(literal(item) for item in value)}]"
    if type(value) is tuple:
        return f"({''.join(f'{literal(item)}, ' for item in value)})"
    return repr(value)
