"""Arguments and results as trees: containers over leaves, each leaf with a name such as "out.hidden[0]".

The encoded form is the V of lib/tsctl/archive/tensor_file.h; the names follow lib/tsctl/core/value.h.
"""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from ..errors import CaptureError
from ..vocabulary import ErrorKind


@dataclass(frozen=True)
class Leaf:
    name: str
    value: Any

    @property
    def is_tensor(self) -> bool:
        return isinstance(self.value, torch.Tensor)


@dataclass(frozen=True)
class _Node:
    kind: str  # list, tuple, dict
    keys: list[str]
    items: list[Any]


def member_name(root: str, key: str) -> str:
    return f"{root}.{key}" if key.isidentifier() and key.isascii() else f"{root}['{key}']"


def _node(value: Any) -> _Node | None:
    """The container that `value` is, or None for a leaf."""
    if isinstance(value, tuple):
        return _Node("tuple", [str(key) for key in getattr(value, "_fields", ())], list(value))
    if isinstance(value, list):
        return _Node("list", [], value)
    if isinstance(value, Mapping):
        return _Node("dict", [str(key) for key in value], list(value.values()))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        keys = [item.name for item in dataclasses.fields(value)]
        return _Node("dict", keys, [getattr(value, key) for key in keys])
    return None


def _children(node: _Node, root: str) -> Iterator[tuple[str, Any]]:
    for position, item in enumerate(node.items):
        yield (member_name(root, node.keys[position]) if node.keys else f"{root}[{position}]"), item


def leaves(value: Any, root: str) -> list[Leaf]:
    """Every leaf in order, tensors and others."""
    node = _node(value)
    if node is None:
        return [Leaf(root, value)]
    return [leaf for name, item in _children(node, root) for leaf in leaves(item, name)]


def is_scalar(value: Any) -> bool:
    """A leaf that TorchScript has a type for, other than a tensor."""
    return value is None or isinstance(value, (bool, int, float, str))


def is_plain(value: Any) -> bool:
    """A tensor, or tuples of tensors without field names: what a trace returns as it is."""
    if isinstance(value, torch.Tensor):
        return True
    return type(value) is tuple and len(value) > 0 and all(is_plain(item) for item in value)


def flatten(value: Any, root: str = "out") -> Any:
    """What a flattening adapter returns for `value`: its tensors as one tuple, a single tensor as it is."""
    tensors = tuple(leaf.value for leaf in leaves(value, root) if leaf.is_tensor)
    return tensors[0] if len(tensors) == 1 else tensors


def arranged(outputs: Sequence[Any], flattens: bool) -> list[Any]:
    """The outputs of several calls in the structure that a capture returns."""
    return [flatten(one) if flattens else one for one in outputs]


def output_names(outputs: Any, flattens: bool) -> list[str]:
    """A name for each output of a capture, in order; a capture that flattens returns tensors only."""
    return [leaf.name for leaf in leaves(outputs, "out") if leaf.is_tensor or not flattens]


def map_tensors(value: Any, change: Callable[[torch.Tensor], torch.Tensor]) -> Any:
    """The same structure with every tensor replaced."""
    if isinstance(value, torch.Tensor):
        return change(value)
    if isinstance(value, tuple):
        items = [map_tensors(item, change) for item in value]
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    if isinstance(value, list):
        return [map_tensors(item, change) for item in value]
    if type(value) in (dict, collections.OrderedDict):
        return type(value)((key, map_tensors(item, change)) for key, item in value.items())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = {
            item.name: map_tensors(getattr(value, item.name), change) for item in dataclasses.fields(value)
        }
        return dataclasses.replace(value, **changed)
    return value


def describe_structure(value: Any) -> str:
    """In words: "dict{logits: tensor, hidden: list[2]}"."""
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
    """In words, to the last leaf: "dict{logits: tensor, hidden: list[2 x tensor]}"."""
    node = _node(value)
    if node is None:
        return describe_structure(value)
    inner = [structure_of(item) for item in node.items]
    if node.keys:
        return f"{node.kind}{{{', '.join(f'{key}: {text}' for key, text in zip(node.keys, inner, strict=True))}}}"
    if len(inner) > 1 and len(set(inner)) == 1:
        return f"{node.kind}[{len(inner)} x {inner[0]}]"
    return f"{node.kind}[{', '.join(inner)}]"


def encode(value: Any, root: str, keep: Callable[[str, torch.Tensor], str]) -> dict[str, Any]:
    """The V of `value`. `keep` stores a tensor for the leaf of that name and gives its key."""
    if isinstance(value, torch.Tensor):
        return {"kind": "tensor", "tensor": keep(root, value), "complex_pairs": value.is_complex()}
    if value is None:
        return {"kind": "none"}
    if isinstance(value, bool):
        return {"kind": "boolean", "boolean": value}
    if isinstance(value, int):
        return {"kind": "integer", "integer": int(value)}
    if isinstance(value, float):
        return {"kind": "real", "real": repr(float(value))}
    if isinstance(value, str):
        return {"kind": "string", "string": str.__str__(value)}  # the value of an enum, not its name
    node = _node(value)
    if node is None:
        raise CaptureError(
            ErrorKind.CAPTURE,
            f"{root} is a {type(value).__name__}, which TorchScript has no type for",
            "use tensors, numbers, strings, None, and lists, tuples or dicts of these",
        )
    items = [encode(item, name, keep) for name, item in _children(node, root)]
    return {"kind": node.kind, "keys": node.keys, "items": items}


def decode(value: dict[str, Any], tensor: Callable[[str], torch.Tensor]) -> Any:
    """The object that a V stands for. Field names of a tuple come back as a named tuple."""
    kind = value["kind"]
    if kind == "tensor":
        stored = tensor(value["tensor"])
        return torch.view_as_complex(stored) if value.get("complex_pairs") else stored
    if kind == "none":
        return None
    if kind == "real":
        return float(value["real"])
    if kind in ("boolean", "integer", "string"):
        return value[kind]
    items = [decode(item, tensor) for item in value.get("items", [])]
    keys = value.get("keys", [])
    if kind == "dict":
        return dict(zip(keys, items, strict=True))
    if kind == "list":
        return items
    return collections.namedtuple("Fields", keys)(*items) if keys else tuple(items)
