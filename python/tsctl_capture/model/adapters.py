"""Modules around the user's model that take and return only what a trace supports."""

from __future__ import annotations

from typing import Any

import torch

from .calls import Call
from .exports import compiled
from .generated import WRAPPER_HEAD, arguments_text, defined_class, parameters_text, type_names
from .input_adapter import (
    InputForm,
    argument_names,
    in_order,
    input_form,
    is_structured,
    named_arguments,
    rebuilt,
)
from .output_adapter import OutputForm
from .signature import positional_names
from .source import LoadedModel
from .values import describe_structure, flatten, is_plain, is_scalar, leaves

WRAPPED_FUNCTION = "the function is wrapped in a module, because only modules can be saved"

_TEMPLATE = f"""\
{WRAPPER_HEAD}
    def forward(self{{parameters}}):
        return {{result}}(self.model({{arguments}}))
"""


_TRACED_TEMPLATE = f"""\
{WRAPPER_HEAD}
    def traced(self, {{parameters}}):
        return _run(self.model, ({{parameters}},))
"""


def positional_form(model: LoadedModel, call: Call) -> tuple[Any, ...] | None:
    """All arguments by position; None if the named ones leave a gap among forward's parameters."""
    known = positional_names(model.signature)
    wanted = known[len(call.args) : len(call.args) + len(call.kwargs)]
    if len(wanted) == len(call.kwargs) and set(wanted) == set(call.kwargs):
        return (*call.args, *(call.kwargs[name] for name in wanted))
    return None if call.kwargs else call.args


def dropped_outputs(outputs: Any) -> list[str]:
    """The leaves for which TorchScript has no type, in words."""
    return [
        f"{leaf.name} ({type(leaf.value).__name__})"
        for leaf in leaves(outputs, "out")
        if not leaf.is_tensor and not is_scalar(leaf.value)
    ]


def scalar_outputs(outputs: Any) -> list[str]:
    """Numbers and strings among the outputs: a trace would return those of its example for every input."""
    return [
        f"{leaf.name} ({type(leaf.value).__name__})"
        for leaf in leaves(outputs, "out")
        if leaf.value is not None and is_scalar(leaf.value)
    ]


def why_adapted(model: LoadedModel, call: Call, outputs: Any, flattens: bool) -> list[str]:
    """The reasons for an adapter; none if the plain module can be traced."""
    reasons = []
    if model.is_function:
        reasons.append(WRAPPED_FUNCTION)
    if is_structured(call):
        named = named_arguments(model, call).items()
        others = [f"{name} ({describe_structure(value)})" for name, value in named if not _is_tensor(value)]
        reasons.append(f"not every argument is a tensor: {', '.join(others)}")
    elif positional_form(model, call) is None:
        reasons.append(f"the inputs {', '.join(call.kwargs)} are passed by name")
    if flattens:
        reasons.append(f"{describe_structure(outputs)} is returned as a tuple of its tensors")
    elif not is_plain(outputs):
        reasons.append(f"{describe_structure(outputs)} is built from its tensors")
    return reasons


def _is_tensor(value: Any) -> bool:
    return isinstance(value, torch.Tensor)


def traced_structure(
    model: LoadedModel, call: Call, result: OutputForm, device: str
) -> tuple[torch.jit.ScriptModule, InputForm]:
    """A trace from tensors to tensors, in a module whose forward has the user's structures.

    Raises NoTypeError when TorchScript has no type for an argument.
    """
    call = in_order(model, call)  # so that the tensors follow the order of forward's parameters
    form = input_form(model, call)

    def run(module: torch.nn.Module, tensors: tuple[torch.Tensor, ...]) -> Any:
        args, kwargs = rebuilt((call.args, call.kwargs), iter(tensors))
        return flatten(module(*args, **kwargs))

    source = _TRACED_TEMPLATE.format(name=_adapter_name(model), parameters=", ".join(form.names))
    adapter = defined_class(source, {"_run": run})(model.module)
    adapter.training = False  # not eval(), which modules of torch.export refuse
    example = tuple(call.fresh(device).tensors())
    with torch.no_grad():
        traced = torch.jit.trace_module(adapter, {"traced": example}, check_trace=False, strict=False)
    scope = dict(result.scope)
    text = [
        f"def forward(self{''.join(f', {parameter}' for parameter in form.parameters)}):",
        *(f"    {line}" for line in form.lines),
        f"    _out = self.traced({', '.join(form.tensors)})",
        f"    return {result.text}\n",
    ]
    scope.update({"Tensor": torch.Tensor, "module": compiled(traced), "text": "\n".join(text)})
    exec("module.define(text)", scope)  # the compiler reads the names of the scope that calls define
    return traced, form


def _adapter_name(model: LoadedModel) -> str:
    return f"{model.class_name}Adapter" if model.class_name.isidentifier() else "Adapter"


def make_adapter(model: LoadedModel, call: Call, flattens: bool) -> torch.nn.Module:
    """A module whose forward has a parameter for each argument of `call`, with the user's names and order."""
    names = argument_names(model, call)
    # The first arguments are passed by position, because their names may be generated.
    count = len(call.args)
    arguments = [*names[:count], *(f"{name}={name}" for name in names[count:])]
    source = _TEMPLATE.format(
        name=_adapter_name(model),
        parameters="".join(f", {name}" for name in names),
        result="flatten" if flattens else "",
        arguments=", ".join(arguments),
    )
    return defined_class(source, {"flatten": flatten})(model.module)


_FUNCTION_TEMPLATE = """\
class {name}(torch.nn.Module):
    def forward(self{parameters}):
        return function({arguments})
"""


def scripted_function_module(function: Any, name: str) -> torch.nn.Module:
    """A module around a compiled function, which would lose its defaults if it were saved alone."""
    source = _FUNCTION_TEMPLATE.format(
        name=name if name.isidentifier() else "Function",
        parameters=parameters_text(function.schema.arguments),
        arguments=arguments_text(function.schema.arguments),
    )
    return defined_class(source, {"function": function, **type_names()})()
