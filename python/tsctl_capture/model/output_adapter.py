"""Outputs that are structures: how a traced file builds them again from tensors."""

from __future__ import annotations

import collections
import dataclasses
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from .values import leaves


@dataclass
class OutputForm:
    """A TorchScript expression for an output, and the names that it uses."""

    text: str
    scope: dict[str, Any] = field(default_factory=dict)


class _FlatOnlyError(Exception):
    """TorchScript has no type for the structure, or it cannot be built from tensors alone."""


def output_form(outputs: Any, inside: bool = False) -> OutputForm | None:
    """The form of an output whose tensors are in `_out`; None if a trace can only return a flat tuple.

    `inside` a script, objects with attributes (dataclasses, and the dicts of large model libraries) become
    named tuples, so that the code around the submodule can still read the attributes.
    """
    count = len(leaves(outputs, "out"))
    tensors = iter(["_out"] if count == 1 else [f"_out[{i}]" for i in range(count)])
    form = OutputForm("")
    try:
        form.text, _ = _built(outputs, tensors, form.scope, inside)
    except _FlatOnlyError:
        return None
    return form


def keeps_structure(outputs: Any, inside: bool = False) -> bool:
    """Whether a traced file returns these outputs in their own structure, not as a flat tuple."""
    return output_form(outputs, inside) is not None


def _built(value: Any, tensors: Iterator[str], scope: dict[str, Any], inside: bool) -> tuple[str, Any]:
    """The expression and its type."""
    if isinstance(value, torch.Tensor):
        return next(tensors), torch.Tensor
    keys, items = _parts(value, inside)
    if not items:
        raise _FlatOnlyError
    built = [_built(item, tensors, scope, inside) for item in items]
    texts, kinds = [text for text, _ in built], [kind for _, kind in built]
    if type(value) is tuple:
        return f"({', '.join(texts)},)", types.GenericAlias(tuple, tuple(kinds))
    if type(value) in (list, dict, collections.OrderedDict):
        if any(kind != kinds[0] for kind in kinds) or not all(type(key) is str for key in keys):
            raise _FlatOnlyError
        if type(value) is list:
            return f"[{', '.join(texts)}]", types.GenericAlias(list, (kinds[0],))
        named = ", ".join(f"{key!r}: {text}" for key, text in zip(keys, texts, strict=True))
        return f"{{{named}}}", types.GenericAlias(dict, (str, kinds[0]))
    kind = _named_tuple(type(value).__name__, dict(zip(keys, kinds, strict=True)), scope)
    return f"{kind.__name__}({', '.join(texts)})", kind


def _named_tuple(name: str, fields: dict[str, Any], scope: dict[str, Any]) -> Any:
    """A new class, because the compiler cannot read every annotation of the user's class."""
    while name in scope and scope[name].__annotations__ != fields:
        name += "_"
    if name not in scope:
        scope[name] = typing.NamedTuple(name, list(fields.items()))
    return scope[name]


def _parts(value: Any, inside: bool) -> tuple[list[Any], list[Any]]:
    """The keys and members of a structure. Raises _FlatOnlyError for any other value."""
    if type(value) in (dict, collections.OrderedDict):
        return list(value), list(value.values())
    if type(value) in (tuple, list):
        return [], list(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return list(value._fields), list(value)
    if inside and isinstance(value, Mapping) and all(hasattr(value, str(key)) for key in value):
        return list(value), list(value.values())
    if inside and dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [item.name for item in dataclasses.fields(value)]
        return names, [getattr(value, name) for name in names]
    raise _FlatOnlyError
