"""Watches the functions of torch that turn a tensor into a Python value, or Python values into a tensor.

They are replaced while a trace runs, in torch, in torch.Tensor, and where a module has them by `from torch import`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch.jit import _builtins

from ..model.global_variables import replaced_global_variables
from ..vocabulary import NoticeCode

# Methods of a tensor, and the code of torch's warning.
_METHODS = {
    "__bool__": NoticeCode.BRANCH_DECIDED, "__int__": NoticeCode.VALUE_BAKED_IN, "__float__": NoticeCode.VALUE_BAKED_IN,
    "__index__": NoticeCode.VALUE_BAKED_IN, "__complex__": NoticeCode.VALUE_BAKED_IN, "item": NoticeCode.VALUE_BAKED_IN,
    "tolist": NoticeCode.VALUE_BAKED_IN, "numpy": NoticeCode.VALUE_BAKED_IN, "__array__": NoticeCode.VALUE_BAKED_IN,
    "is_nonzero": NoticeCode.BRANCH_DECIDED, "equal": NoticeCode.BRANCH_DECIDED, "allclose": NoticeCode.BRANCH_DECIDED,
    "__len__": NoticeCode.LENGTH_TAKEN, "__iter__": NoticeCode.LENGTH_TAKEN,
    "_nnz": NoticeCode.VALUE_BAKED_IN, "storage": NoticeCode.VALUE_BAKED_IN, "__dlpack__": NoticeCode.VALUE_BAKED_IN,
}  # fmt: skip
# nn.TransformerEncoder's, which looks at its second argument, the padding mask.
_MASK_CHECK = "_nested_tensor_from_mask_left_aligned"
# Functions of torch.
_FUNCTIONS = {
    "tensor": NoticeCode.CONSTANT_TENSOR, "as_tensor": NoticeCode.CONSTANT_TENSOR,
    "asarray": NoticeCode.CONSTANT_TENSOR,
    "equal": NoticeCode.BRANCH_DECIDED, "allclose": NoticeCode.BRANCH_DECIDED, "is_nonzero": NoticeCode.BRANCH_DECIDED,
    _MASK_CHECK: NoticeCode.BRANCH_DECIDED,
}  # fmt: skip
_SILENT = {"equal", "allclose", "is_nonzero", _MASK_CHECK}


@dataclass(frozen=True)
class Conversion:
    """One call of such a function."""

    name: str
    code: NoticeCode
    arguments: Sequence[Any]

    @property
    def is_silent(self) -> bool:
        """Whether torch does not warn of it."""
        return self.name in _SILENT

    def tensors(self) -> Iterator[torch.Tensor]:
        """The tensors that are converted."""
        return _tensors_in(self.arguments[1:] if self.name == _MASK_CHECK else self.arguments)


def _tensors_in(value: Any) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _tensors_in(item)


Note = Callable[[Conversion], None]


@contextmanager
def watched_conversions(note: Note) -> Iterator[None]:
    """Calls `note` before each conversion in the traces that run inside."""
    with _watched_methods(note), _watched_functions(note):
        yield


@contextmanager
def _watched_methods(note: Note) -> Iterator[None]:
    own = {name: vars(torch.Tensor)[name] for name in _METHODS if name in vars(torch.Tensor)}
    try:
        for name, code in _METHODS.items():
            setattr(torch.Tensor, name, _watched(getattr(torch.Tensor, name), name, code, note))
        yield
    finally:
        for name in _METHODS:
            if name in own:
                setattr(torch.Tensor, name, own[name])
            else:
                delattr(torch.Tensor, name)  # inherited from torch._C.TensorBase


@contextmanager
def _watched_functions(note: Note) -> Iterator[None]:
    plain = {name: getattr(torch, name) for name in _FUNCTIONS if hasattr(torch, name)}
    watched = {name: _watched(function, name, _FUNCTIONS[name], note) for name, function in plain.items()}
    operators = _builtins._get_builtin_table()  # the compiler knows torch's functions by their identity
    try:
        for name, function in watched.items():
            operator = operators.get(id(plain[name]))
            if operator is not None:
                operators[id(function)] = operator
            setattr(torch, name, function)
        with replaced_global_variables(plain, watched):
            yield
    finally:
        for name, function in watched.items():
            operators.pop(id(function), None)
            setattr(torch, name, plain[name])


def _watched(function: Callable[..., Any], name: str, code: NoticeCode, note: Note) -> Callable[..., Any]:
    @functools.wraps(function, assigned=("__name__", "__doc__"), updated=())
    def call(*arguments: Any, **named: Any) -> Any:
        if torch._C._get_tracing_state() is not None:
            note(Conversion(name, code, arguments))
        return function(*arguments, **named)

    return call
