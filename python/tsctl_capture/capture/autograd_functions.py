"""Custom autograd functions while a model is traced."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch


class _Context:
    """Accepts what forward stores for backward, which is never called."""

    def __init__(self) -> None:
        self.saved_tensors: tuple[Any, ...] = ()
        self.needs_input_grad: tuple[bool, ...] = ()

    def save_for_backward(self, *tensors: Any) -> None:
        self.saved_tensors = tensors

    def save_for_forward(self, *tensors: Any) -> None:
        pass

    def mark_dirty(self, *tensors: Any) -> None:
        pass

    def mark_non_differentiable(self, *tensors: Any) -> None:
        pass

    def set_materialize_grads(self, value: bool) -> None:
        pass


@contextmanager
def traced_through_forward() -> Iterator[list[str]]:
    """Inside, applying an autograd function calls its forward; yields the names of the functions applied.

    The tracer would record a call into Python instead, which a file cannot hold.
    """
    found: list[str] = []
    function: Any = torch.autograd.Function
    original = function.__dict__["apply"]

    def apply(cls: Any, *args: Any, **kwargs: Any) -> Any:
        if cls.__name__ not in found:
            found.append(cls.__name__)
        if cls.setup_context is not function.setup_context:
            return cls.forward(*args, **kwargs)
        context = _Context()
        context.needs_input_grad = (False,) * len(args)
        return cls.forward(context, *args, **kwargs)

    function.apply = classmethod(apply)
    try:
        yield found
    finally:
        function.apply = original
