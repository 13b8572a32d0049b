"""Methods marked @torch.jit.export, which torch compiles even when it traces the module."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from .generated import arguments_text, parameters_text

_MARK = "_torchscript_modifier"
_EXPORT = torch._jit_internal.FunctionModifiers.EXPORT


def _marked(kind: type) -> dict[str, Any]:
    """The functions that a class or one of its bases exports, by name."""
    found: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        for name, value in vars(base).items():
            found.pop(name, None)
            if torch._jit_internal.get_torchscript_modifier(value) is _EXPORT:
                found[name] = value
    return found


def exported_methods(module: torch.nn.Module) -> list[str]:
    """The exported methods of the module itself, without those of its submodules."""
    return sorted(_marked(type(module)))


def all_exported(module: torch.nn.Module) -> list[str]:
    """The exported methods of the module and its submodules, such as "encode" and "decoder.step"."""
    return [
        f"{path}.{name}" if path else name
        for path, part in module.named_modules()
        if not isinstance(part, torch.jit.ScriptModule)
        for name in exported_methods(part)
    ]


@contextmanager
def hidden_exports(module: torch.nn.Module) -> Iterator[None]:
    """Inside, neither the module nor a submodule exports anything."""
    kinds = {type(part) for part in module.modules()}
    functions = [function for kind in kinds for function in _marked(kind).values()]
    default = torch._jit_internal.FunctionModifiers.DEFAULT
    before = [(function, getattr(function, _MARK)) for function in functions]
    try:
        for function in functions:
            setattr(function, _MARK, default)
        yield
    finally:
        for function, mark in before:
            setattr(function, _MARK, mark)


def pass_on_exports(adapter: torch.jit.ScriptModule, names: list[str]) -> list[str]:
    """Adds the exported methods of the model to its adapter; returns those that cannot be added."""
    failed = []
    for name in names:
        arguments = adapter.model._c._get_method(name).schema.arguments[1:]
        head = f"def {name}(self{parameters_text(arguments)}):\n"
        try:
            compiled(adapter).define(head + f"    return self.model.{name}({arguments_text(arguments)})\n")
        except RuntimeError:
            failed.append(name)
    return failed


def compiled(module: torch.jit.ScriptModule) -> torch.jit.ScriptModule:
    """The ScriptModule that holds the methods of a traced module."""
    return getattr(module, "_actual_script_module", module)
