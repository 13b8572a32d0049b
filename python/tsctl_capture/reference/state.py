"""What a model keeps between its calls: how tsctl's own calls leave no trace of themselves in it."""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

_LARGEST_KEPT_BYTES = 16 << 20
# Parameters are seldom written to, and a model may have many of them.
_LARGEST_PARAMETER_BYTES = 1 << 20
_MOST_PARAMETER_BYTES = 64 << 20
_CONTAINERS = (list, dict, set, collections.deque, collections.OrderedDict, collections.defaultdict)
_DEEPEST = 4  # containers in containers
_TORCHS_OWN = frozenset(vars(torch.nn.Module()))


@contextmanager
def restored_state(module: torch.nn.Module) -> Iterator[list[str]]:
    """Restores what calls change in a module and its submodules; yields the names of what was changed.

    These are Python attributes, the items of lists and dicts in them, buffers, other tensors and small parameters.
    Without it, a forward that counts its calls or stores something on self would leave the state of tsctl's many
    calls in the file.
    """
    parts = [(path, part) for path, part in module.named_modules() if not is_compiled(part)]
    attributes = {path: (part, dict(vars(part))) for path, part in parts}
    buffers = [(part, name, tensor) for part in module.modules() for name, tensor in part._buffers.items()]
    containers = [held for path, part in parts for held in _containers_of(path, part)]
    tensors = [_Kept.of(name, tensor) for name, tensor in _tensors_of(module, parts)]
    written: list[str] = []
    try:
        yield written
    finally:
        for path, (part, before) in attributes.items():
            written += [_name(path, name) for name in _restore(vars(part), before)]
        for part, name, tensor in buffers:
            part._buffers[name] = tensor
        written += [name for name, held, before in containers if _refill(held, before)]
        written += [kept.name for kept in tensors if kept.restored()]
        written[:] = dict.fromkeys(written)


def is_compiled(part: torch.nn.Module) -> bool:
    """Whether its Python attributes are torch's own: they hold nothing of the user's."""
    return isinstance(part, torch.jit.ScriptModule)


def _name(path: str, name: str) -> str:
    return f"{path}.{name}".lstrip(".")


@dataclass
class _Kept:
    """A tensor with a copy of its content."""

    name: str
    tensor: torch.Tensor
    version: int
    content: torch.Tensor

    @staticmethod
    def of(name: str, tensor: torch.Tensor) -> _Kept:
        return _Kept(name, tensor, tensor._version, tensor.detach().clone())

    def restored(self) -> bool:
        """Whether the content had changed; writes through `.data` do not change the version."""
        if self.tensor._version == self.version and torch.equal(self.tensor, self.content):
            return False
        with torch.no_grad():
            self.tensor.copy_(self.content)
        return True


def _tensors_of(
    module: torch.nn.Module, parts: list[tuple[str, torch.nn.Module]]
) -> Iterator[tuple[str, torch.Tensor]]:
    """Buffers, tensors in attributes and small parameters. Large ones are left out: they are usually constants."""
    plain = [
        (_name(path, name), value)
        for path, part in parts
        for name, value in vars(part).items()
        if type(value) is torch.Tensor and not value.requires_grad
    ]
    for name, tensor in [*module.named_buffers(), *plain]:
        if _is_dense(tensor) and tensor.nbytes <= _LARGEST_KEPT_BYTES:
            yield name, tensor
    parameters = [(name, one) for name, one in module.named_parameters() if _is_dense(one)]
    small = [(name, one) for name, one in parameters if one.nbytes <= _LARGEST_PARAMETER_BYTES]
    if sum(one.nbytes for _, one in small) <= _MOST_PARAMETER_BYTES:
        yield from small


def _is_dense(tensor: torch.Tensor) -> bool:
    lazy = torch.nn.parameter.is_lazy(tensor)
    return (
        tensor.layout == torch.strided and not lazy and not tensor.is_inference() and not tensor.is_quantized
    )


def _containers_of(path: str, part: torch.nn.Module) -> Iterator[tuple[str, Any, list[Any]]]:
    for name, value in list(vars(part).items()):
        if name not in _TORCHS_OWN:
            for held in _inside(value, _DEEPEST):
                yield _name(path, name), held, _items(held)


def _inside(value: Any, depth: int) -> Iterator[Any]:
    if type(value) in _CONTAINERS and depth:
        yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from _inside(item, depth - 1)


def _items(held: Any) -> list[Any]:
    return list(held.items()) if isinstance(held, dict) else list(held)


def _refill(held: Any, before: list[Any]) -> bool:
    """Whether the items of a container had changed; it gets those back that it had."""
    now = _items(held)
    if len(now) == len(before) and all(map(_is_same, now, before)):
        return False
    held.clear()
    fill: Callable[[list[Any]], None] = held.update if isinstance(held, (dict, set)) else held.extend
    fill(before)
    return True


def _is_same(now: Any, before: Any) -> bool:
    if isinstance(now, tuple) and isinstance(before, tuple) and len(now) == len(before):
        return all(map(_is_same, now, before))
    return now is before or (
        isinstance(now, (int, float, str)) and type(now) is type(before) and now == before
    )


def _restore(now: dict[str, Any], before: dict[str, Any]) -> list[str]:
    changed = [name for name, value in now.items() if name not in before or before[name] is not value]
    for name in changed:
        if name in before:
            now[name] = before[name]
        else:
            del now[name]
    return changed
