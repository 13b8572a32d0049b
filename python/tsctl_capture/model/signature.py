"""The parameters of forward, and messages about them."""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch

_COMPILED = (torch.ScriptMethod, torch.jit.ScriptFunction)
_TENSOR_LIST = re.compile(r"(?:\w+\.)?(?:List|list|Sequence)\[(?:torch\.)?Tensor\]")
_ITEMS = re.compile(r"\b(?:List|list|Sequence|Tuple|tuple)\[(?:torch\.)?Tensor\b")
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def signature_of(function: Callable[..., Any]) -> inspect.Signature | None:
    """None if neither Python nor a TorchScript schema knows the parameters."""
    schema: Any = getattr(function, "schema", None) if isinstance(function, _COMPILED) else None
    if schema is None:
        try:
            return inspect.signature(function)
        except (TypeError, ValueError):
            return None
    arguments = list(schema.arguments)
    if arguments and arguments[0].type.kind() == "ClassType":
        del arguments[0]  # the module, whatever the class calls it
    return inspect.Signature([_parameter_from_schema(item) for item in arguments])


def _parameter_from_schema(argument: Any) -> inspect.Parameter:
    default = argument.default_value if argument.has_default_value() else inspect.Parameter.empty
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Parameter(argument.name, kind, default=default, annotation=argument.type.annotation_str)


def positional_names(signature: inspect.Signature | None) -> list[str]:
    if signature is None:
        return []
    return [name for name, parameter in signature.parameters.items() if parameter.kind in _POSITIONAL]


def named_parameters(signature: inspect.Signature) -> list[str]:
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [name for name, parameter in signature.parameters.items() if parameter.kind not in variable]


def takes_any_name(signature: inspect.Signature) -> bool:
    kinds = {parameter.kind for parameter in signature.parameters.values()}
    return inspect.Parameter.VAR_KEYWORD in kinds


def required_parameters(signature: inspect.Signature) -> list[str]:
    names = named_parameters(signature)
    return [name for name in names if signature.parameters[name].default is inspect.Parameter.empty]


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint for a wrong name: "did you mean 'x'?", or the known names if none is similar."""
    known = list(known)
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.6)
    if near:
        return "did you mean " + " or ".join(f"'{candidate}'" for candidate in near) + "?"
    if not known:
        return ""
    shown = ", ".join(known[:12]) + (", …" if len(known) > 12 else "")
    return f"known names: {shown}"


def _typical_shapes(module: torch.nn.Module) -> tuple[str, str]:
    """A shape for floating-point inputs and one for indices, guessed from the first layers of each kind."""
    layers = list(module.modules())
    embeddings = (layer for layer in layers if isinstance(layer, torch.nn.Embedding))
    indices = next((f"1x16:int64@0..{layer.num_embeddings - 1}" for layer in embeddings), "")
    return next(filter(None, map(_typical_shape, layers)), ""), indices


def _typical_shape(layer: torch.nn.Module) -> str:
    """A shape of floating-point inputs that fits a layer; empty for layers that do not say one."""
    if isinstance(layer, (torch.nn.Conv1d, torch.nn.Conv2d, torch.nn.Conv3d)):
        sizes = {1: "x100", 2: "x224x224", 3: "x16x112x112"}[len(layer.kernel_size)]
        return f"1x{layer.in_channels}{sizes}"
    if isinstance(layer, torch.nn.Linear):
        return f"1x{layer.in_features}"
    if isinstance(layer, torch.nn.RNNBase):
        return f"1x16x{layer.input_size}"
    return ""


def _annotation(parameter: inspect.Parameter) -> str:
    annotation = parameter.annotation
    return annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)


def _takes_list(parameter: inspect.Parameter) -> bool:
    return _TENSOR_LIST.fullmatch(_annotation(parameter)) is not None


def items_hint(signature: inspect.Signature | None, given: Mapping[str, Any]) -> str:
    """For a tensor in place of a list or tuple of tensors, as forward annotates it: how to give its items."""
    for name, parameter in signature.parameters.items() if signature is not None else ():
        text = _annotation(parameter)
        if isinstance(given.get(name), torch.Tensor) and _ITEMS.search(text):
            items = f"--input '{name}[0]:SHAPE' --input '{name}[1]:SHAPE'"
            return f"forward takes {name} as {text}: give it by its items, {items}"
    return ""


def example_inputs(signature: inspect.Signature, module: torch.nn.Module) -> str:
    """--input flags that may fit this forward."""
    reals, indices = _typical_shapes(module)
    flags: list[str] = []
    for name in required_parameters(signature) or named_parameters(signature)[:1]:
        if "mask" in name and indices:
            shape = "1x16:int64"
        elif indices and (not flags or "ids" in name):
            shape = indices
        else:
            shape = reals or "1x3x224x224"
        if _takes_list(signature.parameters[name]):
            flags.append(f"--input '{name}[0]:{shape.removeprefix('1x')}'")
        else:
            flags.append(f"--input {name}:{shape}")
    return " ".join(flags)


def shown(name: str, signature: inspect.Signature) -> str:
    """A call such as "forward(x, mask=None)", without annotations."""
    parameters = [
        parameter.replace(annotation=inspect.Parameter.empty) for parameter in signature.parameters.values()
    ]
    return f"{name}{inspect.Signature(parameters)}"
