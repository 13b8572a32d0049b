"""What a model keeps between its calls: how tsctl's own calls leave no trace of themselves in it."""

from __future__ import annotations

import collections
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import CellType, FunctionType, MethodType, ModuleType
from typing import Any

import torch

from ..errors import is_users_file

_LARGEST_KEPT_BYTES = 16 << 20
# Parameters are seldom written to, and a model may have many of them.
_LARGEST_PARAMETER_BYTES = 1 << 20
_MOST_PARAMETER_BYTES = 64 << 20
_CONTAINERS = (list, dict, set, collections.deque, collections.OrderedDict, collections.defaultdict)
_DEEPEST = 4  # containers and objects in others
_MOST_VISITED = 20_000
_TORCHS_OWN = frozenset(vars(torch.nn.Module()))


@contextmanager
def restored_state(module: torch.nn.Module) -> Iterator[list[str]]:
    """Restores what calls change in a module and its submodules; yields the names of what was changed.

    These are attributes of modules, of their classes and of the objects that they hold, items of lists and dicts,
    global variables of the user's files, buffers, other tensors and small parameters. Without it, a forward that
    counts its calls or stores something would leave the state of tsctl's many calls in the file.
    """
    parts = [(path, part) for path, part in module.named_modules() if not is_compiled(part)]
    buffers = [(path, part, dict(part._buffers)) for path, part in module.named_modules()]
    places = _Places()
    for path, part in parts:
        places.add_module(path, part)
    tensors = [_Kept.of(name, tensor) for name, tensor in _tensors_of(module, parts)]
    written: list[str] = []
    try:
        yield written
    finally:
        for restored in places.found:
            written += restored()
        for path, part, before in buffers:
            for name in [name for name, _ in part._buffers.items() if name not in before]:
                written.append(_name(path, name))
                del part._buffers[name]
            for name, tensor in before.items():
                part._buffers[name] = tensor
        written += [kept.name for kept in tensors if kept.restored()]
        written[:] = dict.fromkeys(written)


def is_compiled(part: torch.nn.Module) -> bool:
    """Whether its Python attributes are torch's own: they hold nothing of the user's."""
    return isinstance(part, torch.jit.ScriptModule)


def _name(path: str, name: str) -> str:
    return f"{path}.{name}".lstrip(".")


@dataclass
class _Places:
    """Everything reachable from modules in which the user's code can keep something, as it is now."""

    # Each restores one place, and names what changed there.
    found: list[Callable[[], list[str]]] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)

    def add_module(self, path: str, part: torch.nn.Module) -> None:
        self._add_namespace(vars(part), lambda name: _name(path, name), _TORCHS_OWN)
        for kind in type(part).__mro__:
            if _is_users(kind.__module__):
                self._add_class(kind)
                self._add_globals(kind.__module__)

    def _is_new(self, value: Any) -> bool:
        known = id(value) in self._seen or len(self._seen) > _MOST_VISITED
        self._seen.add(id(value))
        return not known

    def _add_namespace(
        self,
        held: dict[str, Any],
        title: Callable[[str], str],
        left_out: frozenset[str],
        depth: int = _DEEPEST,
    ) -> None:
        if not self._is_new(held):
            return
        before = dict(held)
        # Names such as __warningregistry__ are Python's own.
        self.found.append(
            lambda: [title(name) for name in _restore(held, before) if not name.startswith("__")]
        )
        for name, value in before.items():
            if name not in left_out:
                self._visit(title(name), value, depth)

    def _add_globals(self, name: str) -> None:
        held = vars(sys.modules[name])
        dunder = frozenset(key for key in held if key.startswith("__"))
        self._add_namespace(held, lambda key: f"{key} (global)", dunder)

    def _add_class(self, kind: type) -> None:
        if not self._is_new(kind):
            return
        before = {name: value for name, value in vars(kind).items() if not name.startswith("__")}

        def restored() -> list[str]:
            changed = [name for name, value in before.items() if vars(kind).get(name) is not value]
            for name in changed:
                setattr(kind, name, before[name])
            return [f"{kind.__name__}.{name}" for name in changed]

        self.found.append(restored)
        forward = [("forward", vars(kind)["forward"])] if "forward" in vars(kind) else []
        for name, value in [*before.items(), *forward]:
            self._visit(f"{kind.__name__}.{name}", value, _DEEPEST)

    def _visit(self, name: str, value: Any, depth: int) -> None:
        if not depth or isinstance(value, (torch.nn.Module, torch.Tensor, ModuleType, type)):
            return
        if type(value) in _CONTAINERS:
            if self._is_new(value):
                items = _items(value)
                self.found.append(lambda: [name] if _refill(value, items) else [])
                for item in value.values() if isinstance(value, dict) else value:
                    self._visit(name, item, depth - 1)
        elif isinstance(value, (FunctionType, MethodType)):
            self._visit_function(value, depth)
        elif _is_users(type(value).__module__) and hasattr(value, "__dict__"):
            self._add_namespace(vars(value), lambda key: _name(name, key), frozenset(), depth - 1)

    def _visit_function(self, function: FunctionType | MethodType, depth: int) -> None:
        plain = function.__func__ if isinstance(function, MethodType) else function
        if not isinstance(plain, FunctionType) or not _is_users(plain.__module__) or not self._is_new(plain):
            return
        self._add_globals(plain.__module__)
        for name, cell in zip(plain.__code__.co_freevars, plain.__closure__ or (), strict=True):
            self._add_cell(name, cell, depth)

    def _add_cell(self, name: str, cell: CellType, depth: int) -> None:
        try:
            before = cell.cell_contents
        except ValueError:
            return  # it is empty

        def restored() -> list[str]:
            if cell.cell_contents is before:
                return []
            cell.cell_contents = before
            return [name]

        if self._is_new(cell):
            self.found.append(restored)
            self._visit(name, before, depth - 1)


def _is_users(module_name: str | None) -> bool:
    """Whether a Python module is the user's own: neither installed, nor of Python, nor of tsctl."""
    file = getattr(sys.modules.get(module_name or ""), "__file__", None)
    return bool(file) and is_users_file(file)


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
        if self.tensor._version == self.version and _is_equal(self.tensor, self.content):
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


def _is_equal(now: torch.Tensor, before: torch.Tensor) -> bool:
    """Whether the elements are the same; NaN is the same as NaN."""
    return torch.equal(now, before) or bool(((now == before) | (now.isnan() & before.isnan())).all())


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
