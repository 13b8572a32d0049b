"""The sizes at which a decision about a size changes: 128 for `if x.shape[1] > 128:`, 8 for `x.shape[0] % 8 == 0`."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import torch

_COMPARISONS = ("aten::gt", "aten::ge", "aten::lt", "aten::le", "aten::eq", "aten::ne")
_REMAINDERS = ("aten::remainder", "aten::fmod")
_MULTIPLES = (1, 2, 4, 8)  # sizes that are tried if a model looks at the remainder of a size
# Nodes that only convert a number.
_CONVERSIONS = {
    "prim::NumToTensor",
    "aten::Int",
    "aten::ScalarImplicit",
    "aten::IntImplicit",
    "aten::to",
    "aten::detach",
}
# For arithmetic with a constant: its inverse, which gives the size for a result.
_INVERSE: dict[str, Callable[[float, float], float]] = {
    "aten::floor_divide": operator.mul, "aten::div": operator.mul, "aten::add": operator.sub,
    "aten::sub": operator.add, "aten::mul": lambda number, factor: number // factor if factor else number,
}  # fmt: skip


def compared_sizes(tensor: torch.Tensor) -> list[float]:
    """The sizes at which a decision changes that was made by this tensor of the trace that is running.

    Of a comparison these are its constants, and the sizes for which the compared number reaches one of them.
    """
    try:
        node = torch._C._get_value_trace(tensor).node()  # type: ignore[attr-defined]
    except RuntimeError:
        return []  # the graph has no record of it
    if node.kind() not in _COMPARISONS:
        return _sizes_that_give(0, node)
    sides = list(node.inputs())
    constants = [number for number in map(_constant, sides) if number is not None]
    computed = [value.node() for value in sides if _constant(value) is None]
    return constants + [
        size for number in constants for side in computed for size in _sizes_that_give(number, side)
    ]


def _sizes_that_give(result: float, node: Any) -> list[float]:
    """The sizes for which arithmetic with constants gives the result; for a remainder some multiples."""
    while True:
        inputs = list(node.inputs())
        if node.kind() in _CONVERSIONS and inputs:
            node = inputs[0].node()
            continue
        constant = _constant(inputs[1]) if len(inputs) > 1 else None
        if constant is None:
            return [result]
        if node.kind() in _REMAINDERS:
            return [constant * factor + result for factor in _MULTIPLES]
        if node.kind() not in _INVERSE:
            return [result]
        result = _INVERSE[node.kind()](result, constant)
        node = inputs[0].node()


def _constant(value: Any) -> float | None:
    """The number of a constant of the graph; None for other values."""
    if value.node().kind() != "prim::Constant":
        return None
    held = value.toIValue()
    plain = held.item() if isinstance(held, torch.Tensor) and held.numel() == 1 else held
    return plain if isinstance(plain, (int, float)) else None
