"""Modules around the user's that take and return only what a trace can hold."""

from __future__ import annotations

import linecache
from typing import Any

import torch

from .calls import Call
from .signature import positional_names
from .source import LoadedModel
from .values import describe_structure, flatten, is_plain, is_scalar, leaves

_TEMPLATE = """\
class {name}(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self{parameters}):
        return {result}(self.model({arguments}))
"""


def argument_names(model: LoadedModel, call: Call) -> list[str]:
    """One name for each argument of `call`, in its order: positional ones by forward's parameters."""
    known = positional_names(model.signature)
    positional = [known[i] if i < len(known) else f"input{i}" for i in range(len(call.args))]
    return positional + list(call.kwargs)


def positional_form(model: LoadedModel, call: Call) -> tuple[Any, ...] | None:
    """All arguments by position, when the named ones continue forward's parameters without a gap."""
    known = positional_names(model.signature)
    wanted = known[len(call.args) : len(call.args) + len(call.kwargs)]
    if len(wanted) == len(call.kwargs) and set(wanted) == set(call.kwargs):
        return (*call.args, *(call.kwargs[name] for name in wanted))
    return None if call.kwargs else call.args


def dropped_outputs(outputs: Any) -> list[str]:
    """Leaves that a trace cannot return and that TorchScript has no type for, in words."""
    return [
        f"{leaf.name} ({type(leaf.value).__name__})"
        for leaf in leaves(outputs, "out")
        if not leaf.is_tensor and not is_scalar(leaf.value)
    ]


def scalar_outputs(outputs: Any) -> list[str]:
    """Numbers and strings among the outputs: a trace would hold those of its example for ever."""
    return [
        f"{leaf.name} ({type(leaf.value).__name__})"
        for leaf in leaves(outputs, "out")
        if leaf.value is not None and is_scalar(leaf.value)
    ]


def why_adapted(model: LoadedModel, call: Call, outputs: Any) -> list[str]:
    """The reasons for an adapter; none if the plain module can be traced."""
    reasons = []
    if model.is_function:
        reasons.append("a function is given a module to be saved in")
    if positional_form(model, call) is None:
        reasons.append(f"the inputs {', '.join(call.kwargs)} are passed by name")
    if not is_plain(outputs):
        reasons.append(f"{describe_structure(outputs)} is returned as a tuple of its tensors")
    return reasons


def make_adapter(model: LoadedModel, call: Call, flattens: bool) -> torch.nn.Module:
    """A module whose forward has one parameter for each argument of `call`, by the user's names and order."""
    names = argument_names(model, call)
    # Positional parameters may not have the same name as a keyword of the user's.
    count = len(call.args)
    arguments = [*names[:count], *(f"{name}={name}" for name in names[count:])]
    source = _TEMPLATE.format(
        name=f"{model.class_name}Adapter" if model.class_name.isidentifier() else "Adapter",
        parameters="".join(f", {name}" for name in names),
        result="flatten" if flattens else "",
        arguments=", ".join(arguments),
    )
    return _defined(source, {"flatten": flatten})(model.module)


def _defined(source: str, names: dict[str, Any]) -> Any:
    """The class that `source` defines. Its text is registered, for TorchScript to read when it compiles."""
    filename = f"<tsctl adapter {len(linecache.cache)}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    scope: dict[str, Any] = {"torch": torch, "__name__": "tsctl_adapter", **names}
    before = set(scope)
    exec(compile(source, filename, "exec"), scope)  # noqa: S102 - the text is the template above
    return next(scope[name] for name in scope if name not in before and name != "__builtins__")


_FUNCTION_TEMPLATE = """\
class {name}(torch.nn.Module):
    def forward(self{parameters}):
        return function({arguments})
"""


def scripted_function_module(function: Any, name: str) -> torch.nn.Module:
    """A module around a compiled function. Saved alone it would lose its defaults."""
    import typing

    parameters, arguments, scope = [], [], {"function": function, "Tensor": torch.Tensor}
    scope.update(
        {kind: getattr(typing, kind) for kind in ("Dict", "List", "Optional", "Tuple", "Union", "Any")}
    )
    for argument in function.schema.arguments:
        default = f" = {argument.default_value!r}" if argument.has_default_value() else ""
        parameters.append(f", {argument.name}: {argument.type.annotation_str}{default}")
        arguments.append(argument.name)
    source = _FUNCTION_TEMPLATE.format(
        name=name if name.isidentifier() else "Function",
        parameters="".join(parameters),
        arguments=", ".join(arguments),
    )
    return _defined(source, scope)()
