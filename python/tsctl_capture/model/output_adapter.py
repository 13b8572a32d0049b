"""Results that are more than tensors: how a traced file puts them together again."""

from __future__ import annotations

import collections
import dataclasses
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from .values import leaves


@dataclass
class OutputForm:
    """An expression in TorchScript for a result, and the names that it needs."""

    text: str
    scope: dict[str, Any] = field(default_factory=dict)


class _FlatOnlyError(Exception):
    """TorchScript has no type for the structure, or a trace cannot make it of tensors."""


def output_form(outputs: Any, inside: bool = False) -> OutputForm | None:
    """Of a result whose tensors `_out` holds in order; None when only a flat tuple of them can be returned.

    `inside` a script, what has attributes (a dataclass, the dicts with attributes of large model libraries)
    becomes a named tuple, for the code around it to take apart as before.
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
    """Whether a traced file returns these outputs in a structure of their own, not as a flat tuple."""
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
        return f"({', '.join(texts)},)", tuple[tuple(kinds)]  # type: ignore[misc]
    if type(value) in (list, dict, collections.OrderedDict):
        if any(kind != kinds[0] for kind in kinds) or not all(type(key) is str for key in keys):
            raise _FlatOnlyError
        if type(value) is list:
            return f"[{', '.join(texts)}]", list[kinds[0]]
        named = ", ".join(f"{key!r}: {text}" for key, text in zip(keys, texts, strict=True))
        return f"{{{named}}}", dict[str, kinds[0]]
    kind = _named_tuple(type(value).__name__, dict(zip(keys, kinds, strict=True)), scope)
    return f"{kind.__name__}({', '.join(texts)})", kind


def _named_tuple(name: str, fields: dict[str, Any], scope: dict[str, Any]) -> Any:
    """A class of our own: the compiler cannot read every annotation that the user's may have."""
    while name in scope and scope[name].__annotations__ != fields:
        name += "_"
    if name not in scope:
        scope[name] = typing.NamedTuple(name, list(fields.items()))
    return scope[name]


def _parts(value: Any, inside: bool) -> tuple[list[Any], list[Any]]:
    """Keys and members of a structure. Raises _FlatOnlyError for anything else."""
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
