"""Settings of the whole process for an arm that runs in Python: the members of core's ArmTuning."""

from __future__ import annotations

from typing import Any

import torch

from ..request import Tuning
from ..results import JobWarning
from ..vocabulary import WarningCode

# bfloat16 rounds this number to 1. The tensors are large enough for the kernels that a model's layers use.
_ROUNDED_TO_ONE = 1.0 + 1.0 / 1024.0
_SIZE = 64


def apply_tuning(tuning: Tuning, device: str) -> str:
    """Returns which setting this machine lacks and what runs instead; empty if it has all of them."""
    if tuning.precision != "bf16":
        return ""
    if device != "cpu":
        return "precision=bf16 works on the CPU only; float32 ran"
    mkldnn: Any = torch.backends.mkldnn
    mkldnn.conv.fp32_precision = "bf16"
    torch.set_float32_matmul_precision("medium")
    lines = torch.full((_SIZE, _SIZE), _ROUNDED_TO_ONE)
    image = torch.full((1, _SIZE, 16, 16), _ROUNDED_TO_ONE)
    with torch.inference_mode():
        linear = _rounds(torch.nn.functional.linear(lines, torch.ones_like(lines)))
        convolution = _rounds(torch.nn.functional.conv2d(image, torch.ones(_SIZE, _SIZE, 1, 1)))
    if linear and convolution:
        return ""
    why = " on this processor: oneDNN has kernels for it with amx_bf16 only"
    if linear:
        return "convolutions are not multiplied in bfloat16" + why
    if convolution:
        return "linear layers are not multiplied in bfloat16" + why
    return "float32 is not multiplied in bfloat16" + why + ", and its float32 kernels ran"


def _rounds(sums: torch.Tensor) -> bool:
    return float((sums - _SIZE).abs().max()) < _SIZE / 4096.0


def tuning_warnings(reason: str) -> list[JobWarning]:
    return [{"code": WarningCode.TUNING_NOT_AVAILABLE, "text": reason}] if reason else []
