"""--weights: a safetensors file or a state dict, read without running anything in it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import torch

from .errors import CaptureError, describe

_SHOWN = 8
_NESTED = ("state_dict", "model_state_dict")


def load_weights(module: torch.nn.Module, path: str) -> None:
    """Loads into `module`; every entry must fit. Raises CaptureError{input}."""
    if not os.path.isfile(path):
        raise CaptureError("input", f"the weights file '{path}' does not exist", "--weights names a file")
    state = _unnested(_read(path), path)
    expected = module.state_dict()
    _check(expected, state, path)
    try:
        with torch.no_grad():
            module.load_state_dict(state, strict=False)
    except Exception as error:
        raise CaptureError(
            "input",
            f"the weights in '{path}' cannot be loaded: {describe(error)}",
            "the file was made for another model, or for another version of it",
            str(error),
        ) from error


def _is_safetensors(path: str) -> bool:
    """By content: eight bytes of length, then a JSON object."""
    with open(path, "rb") as file:
        return file.read(9)[8:] == b"{"


def _read(path: str) -> Any:
    # Both readers map the file instead of copying it, so the weights are in memory only once.
    if _is_safetensors(path):
        from .tensor_file import safetensors_torch

        package = safetensors_torch()
        try:
            return package.load_file(path)
        except Exception as error:
            raise CaptureError(
                "input",
                f"the safetensors file '{path}' is damaged: {describe(error)}",
                "fetch or write the file again",
            ) from error
    try:
        return _torch_load(path)
    except Exception as error:
        raise CaptureError(
            "input",
            f"the weights file '{path}' cannot be read: {describe(error)}",
            "it must be a safetensors file or a state dict of tensors saved with torch.save",
        ) from error


def _torch_load(path: str) -> Any:
    try:
        return torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except RuntimeError as error:
        if "mmap" not in str(error):
            raise
        return torch.load(path, map_location="cpu", weights_only=True)  # the old format cannot be mapped


def _unnested(state: Any, path: str) -> Mapping[str, torch.Tensor]:
    if isinstance(state, Mapping):
        for key in _NESTED:
            if isinstance(state.get(key), Mapping):
                state = state[key]
                break
    tensors = isinstance(state, Mapping) and all(isinstance(value, torch.Tensor) for value in state.values())
    if not tensors:
        raise CaptureError(
            "input",
            f"the weights file '{path}' holds a {type(state).__name__} that is not a state dict",
            "save model.state_dict(), or {'state_dict': model.state_dict()}",
        )
    return state


def _listed(title: str, names: list[str]) -> str:
    more = f", and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{title}: {', '.join(names[:_SHOWN])}{more}"


def _check(expected: Mapping[str, Any], state: Mapping[str, torch.Tensor], path: str) -> None:
    missing = _missing(expected, state)
    unexpected = [name for name in state if name not in expected]
    shapes = [
        f"{name} (file {list(state[name].shape)}, model {list(value.shape)})"
        for name, value in expected.items()
        if name in state and isinstance(value, torch.Tensor) and value.shape != state[name].shape
    ]
    found = [("missing", missing), ("unexpected", unexpected), ("of another shape", shapes)]
    found = [(title, names) for title, names in found if names]
    if not found:
        return
    summary = ", ".join(f"{len(names)} {title}" for title, names in found)
    hint = "the file was made for another model, or --kwargs differ from those it was trained with"
    if unexpected and all(name.startswith("module.") for name in state):
        hint = (
            "its names start with 'module.', as a model saved inside DataParallel has them: save model.module"
        )
    raise CaptureError(
        "input",
        f"the weights in '{path}' do not fit the model: {summary}",
        hint,
        "\n".join(_listed(title, names) for title, names in found),
    )


def _missing(expected: Mapping[str, Any], state: Mapping[str, torch.Tensor]) -> list[str]:
    """Names that the file lacks. A tied weight that is there under its other name is not missing."""

    def place(value: Any) -> Any:
        return (
            (value.data_ptr(), value.shape, value.stride()) if isinstance(value, torch.Tensor) else id(value)
        )

    loaded = {place(value) for name, value in expected.items() if name in state}
    return [
        name
        for name, value in expected.items()
        if name not in state and not name.endswith("_extra_state") and place(value) not in loaded
    ]
