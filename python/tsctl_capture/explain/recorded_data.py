"""Lets a trace record what a model reads through `x.data`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch


@contextmanager
def recorded_data() -> Iterator[None]:
    """In a trace x.data is x.detach(): the graph has no record of x.data, whose values would be constants."""
    plain: Any = torch._C.TensorBase.data

    def read(tensor: torch.Tensor) -> torch.Tensor:
        if torch._C._get_tracing_state() is not None:
            return tensor.detach()
        return plain.__get__(tensor)

    torch.Tensor.data = property(read, plain.__set__)  # type: ignore[assignment]
    try:
        yield
    finally:
        del torch.Tensor.data
