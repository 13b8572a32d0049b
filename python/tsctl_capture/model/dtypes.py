"""Element types by TorchScript's names."""

from __future__ import annotations

import torch

from ..errors import CaptureError
from ..vocabulary import ErrorKind

_BY_NAME = {
    "float32": torch.float32,
    "float64": torch.float64,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "int64": torch.int64,
    "int32": torch.int32,
    "int16": torch.int16,
    "int8": torch.int8,
    "uint8": torch.uint8,
    "bool": torch.bool,
    "complex64": torch.complex64,
    "complex128": torch.complex128,
}
# The numbers of c10::ScalarType, which graphs hold.
_BY_NUMBER = ["uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"]
_BY_NUMBER += ["complex32", "complex64", "complex128", "bool"]
_BFLOAT16 = 15
_BY_DTYPE = {dtype: name for name, dtype in _BY_NAME.items()}


def dtype_from_name(name: str) -> torch.dtype:
    return _BY_NAME[name]


def name_from_number(number: int) -> str:
    """The name of a dtype in a graph; "type N" for any other."""
    if number == _BFLOAT16:
        return "bfloat16"
    return _BY_NUMBER[number] if 0 <= number < len(_BY_NUMBER) else f"type {number}"


def dtype_text(dtype: torch.dtype) -> str:
    """The dtype in messages, such as "float32"."""
    return str(dtype).removeprefix("torch.")


def name_from_dtype(dtype: torch.dtype) -> str:
    """Raises CaptureError for a dtype that tsctl can neither compare nor store."""
    if dtype not in _BY_DTYPE:
        raise CaptureError(
            ErrorKind.CAPTURE,
            f"a tensor of dtype {dtype} can neither be compared nor stored",
            "convert it inside the model to one of " + ", ".join(_BY_NAME),
        )
    return _BY_DTYPE[dtype]


def require_dense(tensor: torch.Tensor, name: str = "an output") -> None:
    """Raises CaptureError for a nested, quantized or sparse tensor."""
    layout = str(tensor.layout).removeprefix("torch.")
    if tensor.is_nested:
        kind, advice = "a nested tensor", "pad it inside the model: nested.to_padded_tensor(0.0)"
    elif tensor.is_quantized:
        kind, advice = "a quantized tensor", "return its .dequantize() from the model"
    elif tensor.layout != torch.strided:
        kind, advice = f"a tensor with the layout {layout}", "return its .to_dense() from the model"
    else:
        return
    raise CaptureError(
        ErrorKind.CAPTURE, f"{name} is {kind}, which can neither be compared nor stored", advice
    )


def comparable(tensor: torch.Tensor, name: str = "an output") -> torch.Tensor:
    """The values as float32, float64 or int64, which can be compared; contiguous, on the CPU."""
    require_dense(tensor, name)
    tensor = tensor.detach().cpu()
    if tensor.is_complex():
        tensor = torch.view_as_real(tensor.resolve_conj())
    if tensor.dtype in (torch.float16, torch.bfloat16):
        tensor = tensor.float()
    elif not tensor.is_floating_point():
        tensor = tensor.long()
    return tensor.resolve_neg().contiguous()
