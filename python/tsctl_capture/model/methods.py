"""A method other than forward as SOURCE (net.py:Codec.encode): a module whose forward calls it."""

from __future__ import annotations

import inspect
import typing
from contextlib import suppress
from typing import Any

import torch

from ..errors import CaptureError
from ..vocabulary import ErrorKind
from .generated import WRAPPER_HEAD, defined_class, type_names
from .signature import signature_of
from .values import tensors_in

_TEMPLATE = f"""\
{WRAPPER_HEAD}
    def forward(self{{parameters}}):
        return self.model.{{method}}({{arguments}})
"""
_STARS: dict[Any, str] = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}


def has_forward(module: torch.nn.Module) -> bool:
    if isinstance(module, torch.jit.ScriptModule):
        return bool(module._c._has_method("forward"))
    return type(module).forward is not torch.nn.Module.forward or "forward" in vars(module)


def method_names(module: torch.nn.Module) -> list[str]:
    """The public methods that the module's own classes define, without forward."""
    if isinstance(module, torch.jit.ScriptModule):
        return sorted(set(module._c._method_names()) - {"forward"})
    found: dict[str, Any] = {}
    for base in reversed(type(module).__mro__):
        if base.__module__.split(".")[0] not in ("torch", "builtins"):
            found.update(vars(base))
    return [name for name, value in found.items() if inspect.isfunction(value) and not name.startswith("_")]


def method_module(module: torch.nn.Module, method: str) -> torch.nn.Module:
    """A module whose forward has the parameters of the method, with their annotations and defaults."""
    function = getattr(module, method)
    signature = signature_of(function) or inspect.Signature()
    types = _annotations(function, signature)
    scope: dict[str, Any] = {}
    parameters, arguments = "", []
    for name, parameter in signature.parameters.items():
        kind = parameter.kind
        if kind == inspect.Parameter.KEYWORD_ONLY and "*" not in parameters:
            parameters += ", *"
        star = _STARS.get(kind, "")
        parameters += f", {star}{name}"
        if name in types:
            scope[f"_type_{name}"] = types[name]
            parameters += f": _type_{name}"
        if parameter.default is not inspect.Parameter.empty:
            scope[f"_default_{name}"] = parameter.default
            parameters += f" = _default_{name}"
        arguments.append(f"{name}={name}" if kind == inspect.Parameter.KEYWORD_ONLY else f"{star}{name}")
    known = type(module).__name__
    source = _TEMPLATE.format(
        name=f"{known}_{method}" if known.isidentifier() and known.isascii() else "Method",
        parameters=parameters,
        method=method,
        arguments=", ".join(arguments),
    )
    made: torch.nn.Module = defined_class(source, scope)(module)
    if isinstance(module, torch.jit.ScriptModule):
        return torch.jit.script(made)  # a trace would leave the method's defaults out
    return made


def _annotations(function: Any, signature: inspect.Signature) -> dict[str, Any]:
    """The annotations of the parameters as types; without those that cannot be read."""
    try:
        found = typing.get_type_hints(function)
    except Exception:
        found = {}
        for name, parameter in signature.parameters.items():
            if isinstance(parameter.annotation, str):
                with suppress(Exception):
                    found[name] = eval(parameter.annotation, type_names())  # noqa: S307 - a schema's type
    return {name: kind for name, kind in found.items() if name in signature.parameters}


def require_tensors(built: Any, name: str, signature: inspect.Signature | None) -> None:
    """Raises CaptureError{usage} for a function that takes nothing and returns no model."""
    if signature is None or signature.parameters or tensors_in(built):
        return
    kind = type(built).__name__
    if inspect.iscoroutine(built):
        built.close()
    holds = isinstance(built, (tuple, list)) and any(isinstance(item, torch.nn.Module) for item in built)
    raise CaptureError(
        ErrorKind.USAGE,
        f"'{name}' returns a {kind}, not an nn.Module",
        "name a function that returns the module alone"
        if holds
        else "SOURCE names a function that returns a module",
    )
