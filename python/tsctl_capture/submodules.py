"""Submodules captured in another way than what is around them."""

from __future__ import annotations

import re

import _tsctl
import torch

from .errors import CaptureError, describe, user_traceback
from .signature import did_you_mean
from .source import LoadedModel
from .tracer_warnings import collected_warnings


def trace_submodules(model: LoadedModel, wanted: list[list[str]], device: str, seed: int) -> None:
    """Replaces submodules by their traces, so that what around them needs scripting can be scripted."""
    for position, (path, shape) in enumerate(wanted):
        try:
            part = model.module.get_submodule(path)
        except AttributeError as error:
            known = [name for name, _ in model.module.named_modules() if name]
            raise CaptureError(
                "usage",
                f"--trace-submodule {path}={shape}: '{model.class_name}' has no submodule '{path}'",
                did_you_mean(path, known),
            ) from error
        example = torch.empty(_sizes(path, shape), device="cpu")
        _tsctl.fill(example.data_ptr(), "float32", example.numel(), seed, position, None, None)
        try:
            with torch.no_grad(), collected_warnings():
                traced = torch.jit.trace(part, (example.to(device),), check_trace=False, strict=False)
        except Exception as error:
            raise CaptureError(
                "capture",
                f"the submodule '{path}' cannot be traced with {shape}: {describe(error)}",
                "check the shape given with --trace-submodule",
                user_traceback(error),
            ) from error
        parent, _, name = path.rpartition(".")
        setattr(model.module.get_submodule(parent), name, traced)


def _sizes(path: str, shape: str) -> list[int]:
    if shape == "scalar":
        return []
    if not re.fullmatch(r"\d+(x\d+)*", shape):
        raise CaptureError(
            "usage",
            f"--trace-submodule {path}={shape}: '{shape}' is not a shape of numbers",
            f"write --trace-submodule {path}=1x3x224x224",
        )
    return [int(size) for size in shape.split("x")]
