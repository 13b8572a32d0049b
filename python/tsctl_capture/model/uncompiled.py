"""torch.compile and torch.cond in the user's code: the reference is eager mode, and a trace refuses both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch


class _Uncompiled:
    """Stands in for torch.compile: a function stays what it is.

    While the model is built, a module gets torch's wrapper, which has its own names of parameters; load_model removes
    it. Afterwards a module stays what it is, too.
    """

    def __init__(self, plain: Callable[..., Any]) -> None:
        self._plain = plain
        self.is_building = True
        self.left_out = False

    def __call__(self, model: Any = None, **options: Any) -> Any:
        if model is None:
            return lambda found: self(found, **options)
        if self.is_building and isinstance(model, torch.nn.Module):
            return self._plain(model, **options)
        self.left_out = True
        return model


def _cond(pred: Any, true_fn: Callable[..., Any], false_fn: Callable[..., Any], operands: Any = ()) -> Any:
    """What torch.cond computes; torch's own compiles both functions for it."""
    return true_fn(*operands) if pred else false_fn(*operands)


@contextmanager
def without_compiling() -> Iterator[None]:
    """Inside, torch.compile gives back the functions that it is called with, and torch.cond is a plain branch."""
    plain, cond = torch.compile, torch.cond
    torch.compile, torch.cond = _Uncompiled(plain), _cond
    try:
        yield
    finally:
        torch.compile, torch.cond = plain, cond


def model_is_built() -> bool:
    """From now on torch.compile gives back modules too. Returns whether the model has called it for a function."""
    if not isinstance(torch.compile, _Uncompiled):
        return False
    torch.compile.is_building = False
    return torch.compile.left_out
