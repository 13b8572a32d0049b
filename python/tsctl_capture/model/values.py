"""Arguments and results as trees: containers over leaves, each leaf with a name such as "out.hidden[0]".

The encoded form is the V of lib/tsctl/archive/tensor_file.h; the names follow core's value.h.
"""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from ..errors import CaptureError
from ..vocabulary import ErrorKind, ValueKind


@dataclass(frozen=True)
class Leaf:
    name: str
    value: Any

    @property
    def is_tensor(self) -> bool:
        return isinstance(self.value, torch.Tensor)


@dataclass(frozen=True)
class _Node:
    kind: ValueKind
    keys: list[str]
    items: list[Any]


def member_name(root: str, key: str) -> str:
    return f"{root}.{key}" if key.isidentifier() and key.isascii() else f"{root}['{key}']"


def _node(value: Any) -> _Node | None:
    """`value` as a container; None for a leaf."""
    if isinstance(value, tuple):
        return _Node(ValueKind.TUPLE, [str(key) for key in getattr(value, "_fields", ())], list(value))
    if isinstance(value, list):
        return _Node(ValueKind.LIST, [], value)
    if isinstance(value, Mapping):
        return _Node(ValueKind.DICT, [str(key) for key in value], list(value.values()))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        keys = [item.name for item in dataclasses.fields(value)]
        return _Node(ValueKind.DICT, keys, [getattr(value, key) for key in keys])
    return None


def _children(node: _Node, root: str) -> Iterator[tuple[str, Any]]:
    for position, item in enumerate(node.items):
        yield (member_name(root, node.keys[position]) if node.keys else f"{root}[{position}]"), item


def leaves(value: Any, root: str) -> list[Leaf]:
    """Every leaf in order, whether it is a tensor or not."""
    node = _node(value)
    if node is None:
        return [Leaf(root, value)]
    return [leaf for name, item in _children(node, root) for leaf in leaves(item, name)]


def is_scalar(value: Any) -> bool:
    """Whether TorchScript has a type for a leaf that is not a tensor."""
    return value is None or isinstance(value, (bool, int, float, str))


def is_plain(value: Any) -> bool:
    """Whether a trace returns it unchanged: a tensor, or tuples of tensors without field names."""
    if isinstance(value, torch.Tensor):
        return True
    return type(value) is tuple and len(value) > 0 and all(is_plain(item) for item in value)


def flatten(value: Any, root: str = "out") -> Any:
    """What a flattening adapter returns: the tensors as one tuple, or a single tensor by itself."""
    tensors = tuple(leaf.value for leaf in leaves(value, root) if leaf.is_tensor)
    return tensors[0] if len(tensors) == 1 else tensors


def arranged(outputs: Sequence[Any], flattens: bool) -> list[Any]:
    """The outputs of several calls in the structure that a capture returns."""
    return [flatten(one) if flattens else one for one in outputs]


def output_names(outputs: Any, flattens: bool) -> list[str]:
    """A name for each output of a capture, in order; a capture that flattens returns tensors only."""
    return [leaf.name for leaf in leaves(outputs, "out") if leaf.is_tensor or not flattens]


def map_items(value: Any, change: Callable[[Any], Any]) -> Any:
    """The same tuple, list or dict with every item replaced."""
    if isinstance(value, tuple):
        items = [change(item) for item in value]
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    if isinstance(value, list):
        return [change(item) for item in value]
    return type(value)((key, change(item)) for key, item in value.items())


def map_tensors(value: Any, change: Callable[[torch.Tensor], Any]) -> Any:
    """The same structure with every tensor replaced."""
    if isinstance(value, torch.Tensor):
        return change(value)
    if isinstance(value, (tuple, list)) or type(value) in (dict, collections.OrderedDict):
        return map_items(value, lambda item: map_tensors(item, change))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = {
            item.name: map_tensors(getattr(value, item.name), change) for item in dataclasses.fields(value)
        }
        return dataclasses.replace(value, **changed)
    return value


def tensors_in(value: Any) -> list[torch.Tensor]:
    """Every tensor of a structure, in order."""
    found: list[torch.Tensor] = []

    def collect(tensor: torch.Tensor) -> torch.Tensor:
        found.append(tensor)
        return tensor

    map_tensors(value, collect)
    return found


def describe_structure(value: Any) -> str:
    """The outer structure in words: "dict{logits: tensor, hidden: list[2]}"."""
    node = _node(value)
    if node is None:
        return (
            "tensor" if isinstance(value, torch.Tensor) else type(value).__name__.replace("NoneType", "none")
        )
    if node.keys:
        named = zip(node.keys, node.items, strict=True)
        inner = ", ".join(f"{key}: {describe_structure(item)}" for key, item in named)
        return f"{node.kind}{{{inner}}}"
    return f"{node.kind}[{len(node.items)}]"


def structure_of(value: Any) -> str:
    """The whole structure in words: "dict{logits: tensor, hidden: list[2 x tensor]}"."""
    node = _node(value)
    if node is None:
        return describe_structure(value)
    inner = [structure_of(item) for item in node.items]
    if node.keys:
        named = ", ".join(f"{key}: {text}" for key, text in zip(node.keys, inner, strict=True))
        return f"{node.kind}{{{named}}}"
    if len(inner) > 1 and len(set(inner)) == 1:
        return f"{node.kind}[{len(inner)} x {inner[0]}]"
    return f"{node.kind}[{', '.join(inner)}]"


def encode(value: Any, root: str, keep: Callable[[str, torch.Tensor], str]) -> dict[str, Any]:
    """The V of `value`. `keep` stores the tensor of a leaf and returns its key."""
    if isinstance(value, torch.Tensor):
        return {"kind": ValueKind.TENSOR, "tensor": keep(root, value), "complex_pairs": value.is_complex()}
    if value is None:
        return {"kind": ValueKind.NONE}
    if isinstance(value, bool):
        return {"kind": ValueKind.BOOLEAN, "boolean": value}
    if isinstance(value, int):
        return {"kind": ValueKind.INTEGER, "integer": int(value)}
    if isinstance(value, float):
        return {"kind": ValueKind.REAL, "real": repr(float(value))}
    if isinstance(value, str):
        return {"kind": ValueKind.STRING, "string": str.__str__(value)}  # the value of an enum, not its name
    node = _node(value)
    if node is None:
        raise CaptureError(
            ErrorKind.CAPTURE,
            f"{root} is a {type(value).__name__}, for which TorchScript has no type",
            "use tensors, numbers, strings, None, and lists, tuples or dicts of these",
        )
    items = [encode(item, name, keep) for name, item in _children(node, root)]
    return {"kind": node.kind, "keys": node.keys, "items": items}


def decode(value: dict[str, Any], tensor: Callable[[str], torch.Tensor]) -> Any:
    """The object that a V encodes. A tuple with field names becomes a named tuple."""
    kind = value["kind"]
    if kind == ValueKind.TENSOR:
        stored = tensor(value["tensor"])
        return torch.view_as_complex(stored) if value.get("complex_pairs") else stored
    if kind == ValueKind.NONE:
        return None
    if kind == ValueKind.REAL:
        return float(value["real"])
    if kind in (ValueKind.BOOLEAN, ValueKind.INTEGER, ValueKind.STRING):
        return value[kind]
    items = [decode(item, tensor) for item in value.get("items", [])]
    keys = value.get("keys", [])
    if kind == ValueKind.DICT:
        return dict(zip(keys, items, strict=True))
    if kind == ValueKind.LIST:
        return items
    return collections.namedtuple("Fields", keys)(*items) if keys else tuple(items)
