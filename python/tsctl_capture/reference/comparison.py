"""Compares the outputs of two calls, with the tolerances of core/tensor_difference.h."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import _tsctl
import torch

from ..model.calls import Call
from ..model.dtypes import comparable, dtype_text, name_from_dtype, require_dense
from ..model.values import Leaf, describe_structure, is_scalar, leaves
from ..vocabulary import ComparisonStatus


@dataclass(frozen=True)
class Tolerances:
    """Core's ToleranceOptions without equal_nan: a NaN where eager has a NaN is equal."""

    rtol: list[tuple[str, float]] = field(default_factory=list)
    atol: list[tuple[str, float]] = field(default_factory=list)


def tolerances_from_dict(options: Mapping[str, Any]) -> Tolerances:
    def pairs(key: str) -> list[tuple[str, float]]:
        return [(item.get("output", ""), float(item["value"])) for item in options.get(key) or []]

    return Tolerances(pairs("rtol"), pairs("atol"))


@dataclass
class Comparison:
    """The members of core's CaptureComparison."""

    label: str = ""
    probe: bool = False
    status: ComparisonStatus = ComparisonStatus.SAME
    reason: str = ""
    max_abs: float = 0.0
    max_abs_to_peak: float = 0.0
    eager_s: float = 0.0
    captured_s: float = 0.0
    # Not in the report:
    detail: str = ""  # the whole message of an error
    call: Call | None = None
    only_values: bool = False  # a probe that changes values and no size
    number: int = 1  # the call of the set, counted from a fresh start
    after_search: bool = False  # all other inputs that were tried, far larger sizes too, were compared before

    @property
    def is_wrong(self) -> bool:
        return self.status in (ComparisonStatus.DIFFER, ComparisonStatus.RAISED)

    def as_dict(self) -> dict[str, Any]:
        members = dict(vars(self))
        for key in ("detail", "call", "only_values", "number", "after_search"):
            del members[key]
        for key in ("max_abs", "max_abs_to_peak"):
            if not math.isfinite(members[key]):
                members[key] = None  # JSON has no NaN and no Inf
        return members


def compare(reference: Any, candidate: Any, names: list[str], tolerances: Tolerances) -> Comparison:
    """Compares structure, then dtype and shape, then values. `names`, if given, are the leaves' names."""
    expected, found = leaves(reference, "out"), leaves(candidate, "out")
    if not names:
        names = [leaf.name for leaf in expected]
        by_name = {leaf.name: leaf for leaf in found}
        # By name, because TorchScript may change the order of a dict.
        if set(by_name) != set(names):
            return Comparison(status=ComparisonStatus.DIFFER, reason=_other_structure(reference, candidate))
        found = [by_name[name] for name in names]
    if len(found) != len(expected):
        return Comparison(status=ComparisonStatus.DIFFER, reason=_other_structure(reference, candidate))
    result = Comparison()
    for name, want, have in zip(names, expected, found, strict=True):
        _compare_leaf(name, want, have, tolerances, result)
    return result


def _other_structure(reference: Any, candidate: Any) -> str:
    return f"it returns {describe_structure(candidate)}, eager returns {describe_structure(reference)}"


def _compare_leaf(name: str, want: Leaf, have: Leaf, tolerances: Tolerances, result: Comparison) -> None:
    reason = ""
    for leaf in (want, have):
        if leaf.is_tensor:
            require_dense(leaf.value, name)
    if not (want.is_tensor and have.is_tensor):
        if want.is_tensor != have.is_tensor or not _equal_scalars(want.value, have.value):
            reason = f"{name} is {_in_words(have.value)}, eager's is {_in_words(want.value)}"
    elif want.value.dtype != have.value.dtype or want.value.shape != have.value.shape:
        reason = f"{name} is {_in_words(have.value)}, eager's is {_in_words(want.value)}"
    else:
        reason = _compare_values(name, want.value, have.value, tolerances, result)
    if reason and result.status == ComparisonStatus.SAME:
        result.status, result.reason = ComparisonStatus.DIFFER, reason


def _compare_values(
    name: str, want: torch.Tensor, have: torch.Tensor, tolerances: Tolerances, result: Comparison
) -> str:
    dtype = name_from_dtype(want.dtype)
    rtol, atol = _tsctl.tolerance_for(dtype, name, tolerances.rtol, tolerances.atol)
    left, right = comparable(want, name), comparable(have, name)
    found = _tsctl.difference(
        left.data_ptr(), right.data_ptr(), left.numel(), name_from_dtype(left.dtype), rtol, atol, True
    )
    result.max_abs = max(result.max_abs, found["max_abs"])
    result.max_abs_to_peak = max(result.max_abs_to_peak, found["max_abs_to_peak"])
    if found["same"]:
        return ""
    if found["nonfinite_mismatches"]:
        return f"{name} has {found['nonfinite_mismatches']} NaN or Inf where eager has other values"
    return (
        f"{name} differs by {found['max_abs']:.3g}, {found['max_abs_to_peak']:.2g} of its largest value "
        f"(allowed: {rtol:g})"
    )


def _equal_scalars(left: Any, right: Any) -> bool:
    if isinstance(left, float) and isinstance(right, float) and left != left:
        return right != right
    if type(left) is not type(right):
        return False
    return not is_scalar(left) or bool(left == right)  # a value without a TorchScript type is not compared


def _in_words(value: Any) -> str:
    if isinstance(value, torch.Tensor):
        return f"{dtype_text(value.dtype)} {list(value.shape)}"
    return "none" if value is None else f"{type(value).__name__} {value!r:.60}"
