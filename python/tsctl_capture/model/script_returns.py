"""A script that returns more than eager: a detector of torchvision returns (losses, detections), eager the second."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from .generated import (
    WRAPPER_HEAD,
    arguments_text,
    defined_class,
    forward_arguments,
    parameters_text,
    type_names,
)

_TEMPLATE = f"""\
{WRAPPER_HEAD}
    def forward(self{{parameters}}):
        return self.model({{arguments}})[{{item}}]
"""
_SCALARS = {"IntType": int, "FloatType": float, "BoolType": bool, "StringType": str, "NoneType": type(None)}


def item_of_eager(module: torch.jit.ScriptModule, outputs: Any) -> int | None:
    """The item of the script's tuple that eager returns; None if it is not one item."""
    forward: Any = module.forward
    returned = forward.schema.returns[0].type
    if returned.kind() != "TupleType" or _fits(outputs, returned):
        return None
    fitting = [i for i, item in enumerate(returned.elements()) if _fits(outputs, item)]
    return fitting[0] if len(fitting) == 1 else None


def returning_item(module: torch.jit.ScriptModule, item: int) -> torch.jit.ScriptModule:
    """A compiled module with the same forward that returns one item of the tuple."""
    arguments = forward_arguments(module)
    source = _TEMPLATE.format(
        name="Returning",
        parameters=parameters_text(arguments),
        arguments=arguments_text(arguments),
        item=item,
    )
    made = torch.jit.script(defined_class(source, type_names())(module).eval())
    for part in made.modules():
        # torchvision's flag of the warning that a script returns a tuple, which this one does not.
        if getattr(part, "_has_warned", None) is False:
            part._has_warned = True
    return made


def returned_type(module: torch.jit.ScriptModule) -> str:
    forward: Any = module.forward
    return str(forward.schema.returns[0].type.annotation_str)


def _fits(value: Any, kind: Any) -> bool:
    """Whether a result of eager is of TorchScript's type."""
    name = kind.kind()
    if name == "TensorType":
        return isinstance(value, torch.Tensor)
    if name == "OptionalType":
        return value is None or _fits(value, kind.getElementType())
    if name == "ListType":
        return isinstance(value, list) and all(_fits(item, kind.getElementType()) for item in value)
    if name == "DictType":
        return isinstance(value, Mapping) and all(_fits(item, kind.getValueType()) for item in value.values())
    if name == "TupleType":
        inner = kind.elements()
        return isinstance(value, tuple) and len(value) == len(inner) and all(map(_fits, value, inner))
    return name in _SCALARS and type(value) is _SCALARS[name]
