"""Writes and reads the tensor file of lib/tsctl/archive/tensor_file.h."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from ..errors import CaptureError, describe
from ..vocabulary import ErrorKind
from .calls import Call
from .dtypes import name_from_dtype
from .values import decode, encode

_CALLS = "tsctl_calls"
NO_OUTPUTS = object()  # of a call that was not run; None is what a call may return


def safetensors_torch() -> Any:
    try:
        import safetensors.torch
    except ImportError as error:
        raise CaptureError(
            ErrorKind.ENVIRONMENT,
            f"the Python at '{sys.executable}' lacks the package safetensors, which stores tensors",
            f"{sys.executable} -m pip install safetensors",
        ) from error
    return safetensors.torch


class _Tensors:
    """Tensors by key in the form that is written: on the CPU, contiguous, without shared memory."""

    def __init__(self) -> None:
        self.by_key: dict[str, torch.Tensor] = {}

    def keeper(self, label: str) -> Callable[[str, torch.Tensor], str]:
        def keep(leaf: str, tensor: torch.Tensor) -> str:
            name_from_dtype(tensor.dtype)
            if tensor.layout != torch.strided or tensor.is_quantized:
                raise CaptureError(
                    ErrorKind.CAPTURE, f"{leaf} is a sparse or quantized tensor, which cannot be stored"
                )
            key = f"{label}/{leaf}" if label else leaf
            tensor = tensor.detach().cpu().resolve_conj().resolve_neg()
            if tensor.is_complex():
                tensor = torch.view_as_real(tensor)
            self.by_key[key] = tensor.clone(memory_format=torch.contiguous_format)
            return key

        return keep


def write_tensor_file(
    path: str,
    calls: Sequence[Call],
    outputs: Sequence[Any],
    names: Sequence[str],
    numbers: Sequence[int] = (),
) -> None:
    """Writes the calls with their outputs, or NO_OUTPUTS; `names` are the parameters of forward.

    `numbers` counts the calls of each set, if they have several.
    """
    tensors = _Tensors()
    records = []
    numbers = numbers or [1] * len(calls)
    for call, number, result in zip(calls, numbers, outputs, strict=True):
        keep = tensors.keeper(call.label if number == 1 else f"{call.label} call {number}")
        title = [names[i] if i < len(names) else str(i) for i in range(len(call.args))]
        records.append(
            {
                "label": call.label,
                "call": number,
                "args": [encode(value, f"in.{title[i]}", keep) for i, value in enumerate(call.args)],
                "kwargs": [[name, encode(value, f"in.{name}", keep)] for name, value in call.kwargs.items()],
                "outputs": None if result is NO_OUTPUTS else encode(result, "out", keep),
            }
        )
    payload = safetensors_torch().save(tensors.by_key, metadata={_CALLS: json.dumps(records)})
    try:
        # Not save_file: it renames a temporary file, and the path may name an unnamed file in /proc.
        Path(path).write_bytes(payload)
    except OSError as error:
        raise CaptureError(
            ErrorKind.ENVIRONMENT,
            f"inputs and outputs cannot be written to '{path}': {error.strerror}",
            "free some space, or choose another folder (TMPDIR for commands that write no model)",
        ) from error


def read_calls(path: str) -> list[Call]:
    """The calls of a tensor file, without their outputs."""
    safetensors_torch()
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            text = (file.metadata() or {}).get(_CALLS)
            if text is None:
                raise CaptureError(
                    ErrorKind.INPUT, f"'{path}' is a safetensors file without calls written by tsctl"
                )
            calls = []
            for record in json.loads(text):
                if record.get("call", 1) > 1:
                    continue
                args = tuple(decode(value, file.get_tensor) for value in record["args"])
                kwargs = {name: decode(value, file.get_tensor) for name, value in record["kwargs"]}
                calls.append(Call(record["label"], args, kwargs))
            return calls
    except (OSError, SafetensorError, ValueError, KeyError) as error:
        raise CaptureError(
            ErrorKind.INPUT, f"the tensor file '{path}' cannot be read: {describe(error)}"
        ) from error
