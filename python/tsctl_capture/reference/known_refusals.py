"""Exceptions of torch's own modules whose message names neither the cause nor what to do."""

from __future__ import annotations

import re

import torch

from ..errors import place_suffix

_UNKNOWN_OPERATOR = re.compile(r"^'_OpNamespace' '(\w+)' object has no attribute '(\w+)'")
_NO_GRADIENT = "does not require grad and does not have a grad_fn"
GRADIENT_REMEDY = (
    "capture the method that computes what the gradient is taken of (net.py:Net.energy, with tsctl trace), and "
    "call torch.autograd.grad on the file's output"
)
_ENCODERS = (torch.nn.TransformerEncoder, torch.nn.TransformerEncoderLayer)


def explained(error: BaseException, module: torch.nn.Module) -> tuple[str, str, str] | None:
    """The cause, the remedy and no traceback; None for any other exception."""
    operator = _UNKNOWN_OPERATOR.search(str(error)) if isinstance(error, AttributeError) else None
    if operator is not None:
        return (
            f"the operator {operator[1]}::{operator[2]} is not registered{place_suffix(error)}",
            "name the library that registers it: --op-lib FILE; or import the package that does, in SOURCE",
            "",
        )
    if isinstance(error, RuntimeError) and _NO_GRADIENT in str(error):
        why = "forward computes a gradient, and tsctl runs a model as a file runs, without gradients"
        return why + place_suffix(error), GRADIENT_REMEDY, ""
    quantized = isinstance(error, AttributeError) and any(
        isinstance(part, _ENCODERS) for part in module.modules()
    )
    if quantized and any(callable(getattr(part, "weight", None)) for part in module.modules()):
        return (
            "the fast path of torch.nn.TransformerEncoder reads the weights of its layers, which "
            "quantize_dynamic has replaced",
            "turn the fast path off where the model is built: torch.backends.mha.set_fastpath_enabled(False)",
            "",
        )
    return None
