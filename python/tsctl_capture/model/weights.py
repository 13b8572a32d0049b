"""--weights: safetensors, a state dict, or a folder of them, read without running anything in it."""

from __future__ import annotations

import json
import os
import pickle
import zipfile
from collections.abc import Mapping
from typing import Any

import torch

from ..errors import CaptureError, describe
from ..vocabulary import ErrorKind

_SHOWN = 8
# Where training scripts put the state dict among the rest of a checkpoint, in the order they are looked for.
_NESTED = ("state_dict", "model_state_dict", "model", "module", "net")
# What wrappers put before every name, and what to save instead.
_WRAPPERS = {
    "module.": "as a model saved inside DataParallel has them: save model.module",
    "_orig_mod.": "as a model saved inside torch.compile has them: save model._orig_mod",
    "model.": "as a model saved inside another module has them: save the state dict of its .model",
    "net.": "as a model saved inside another module has them: save the state dict of its .net",
}
_ENDINGS = (".safetensors", ".bin", ".pt", ".pth")
_INDEX_ENDING = ".index.json"


def load_weights(module: torch.nn.Module, path: str) -> list[str]:
    """Loads into `module`; every entry must fit. Returns what is worth saying, one clause each.

    Raises CaptureError{input}.
    """
    notes: list[str] = []
    state = _state_of(path, notes)
    expected = module.state_dict()
    _check(expected, state, path)
    notes += _casts(expected, state)
    try:
        with torch.no_grad():
            module.load_state_dict(state, strict=False)
    except Exception as error:
        raise CaptureError(
            ErrorKind.INPUT,
            f"the weights in '{path}' cannot be loaded: {describe(error)}",
            "the file was made for another model, or for another version of it",
            str(error),
        ) from error
    return notes


def refuse_what_does_not_fit(path: str, found: Mapping[str, list[str]], hint: str = "") -> None:
    """Raises CaptureError{input} if `found` has any names; its keys say what is wrong with them."""
    wrong = [(title, names) for title, names in found.items() if names]
    if not wrong:
        return
    summary = ", ".join(f"{len(names)} {title}" for title, names in wrong)
    raise CaptureError(
        ErrorKind.INPUT,
        f"the weights in '{path}' do not fit the model: {summary}",
        hint or "the file was made for another model, or --kwargs differ from those it was trained with",
        "\n".join(_listed(title, names) for title, names in wrong),
    )


def _state_of(path: str, notes: list[str]) -> Mapping[str, torch.Tensor]:
    if os.path.isdir(path):
        path = _file_in_folder(path)
    if not os.path.isfile(path):
        raise CaptureError(
            ErrorKind.INPUT, f"the weights file '{path}' does not exist", "--weights names a file or a folder"
        )
    if path.endswith(_INDEX_ENDING):
        return _sharded(path)
    return _unnested(_read(path), path, notes)


def _file_in_folder(folder: str) -> str:
    names = sorted(os.listdir(folder))
    indices = [name for name in names if name.endswith(_INDEX_ENDING)]
    # Both forms often lie side by side with the same content.
    choices = [[name for name in indices if ".safetensors" in name], indices]
    if not indices:
        choices = [[name for name in names if name.endswith(ending)] for ending in _ENDINGS]
    for found in choices:
        if len(found) == 1:
            return os.path.join(folder, found[0])
    several = [name for found in choices for name in found]
    if several:
        raise CaptureError(
            ErrorKind.INPUT,
            f"the folder '{folder}' holds several files of weights: {', '.join(several[:_SHOWN])}",
            "name one of them with --weights FILE",
        )
    raise CaptureError(
        ErrorKind.INPUT,
        f"the folder '{folder}' holds no weights",
        f"--weights FOLDER needs a file that ends in {', '.join(_ENDINGS)} or {_INDEX_ENDING}",
    )


def _sharded(path: str) -> Mapping[str, torch.Tensor]:
    """All parts that an index names, each mapped."""
    try:
        with open(path, encoding="utf-8") as file:
            places = json.load(file)["weight_map"]
        parts = sorted(set(places.values()))
        if not all(isinstance(part, str) for part in parts):
            raise TypeError("its weight_map holds what is no name of a file")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CaptureError(
            ErrorKind.INPUT,
            f"'{path}' is no index of weights: {describe(error)}",
            "an index is a JSON object whose weight_map gives each tensor's file",
        ) from error
    state: dict[str, torch.Tensor] = {}
    for part in parts:
        beside = os.path.join(os.path.dirname(path), part)
        if not os.path.isfile(beside):
            raise CaptureError(
                ErrorKind.INPUT,
                f"'{path}' names the part '{part}', which is not beside it",
                "fetch or copy the missing part",
            )
        state.update(_unnested(_read(beside), beside, []))
    return state


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
                ErrorKind.INPUT,
                f"the safetensors file '{path}' is damaged: {describe(error)}",
                "fetch or write the file again",
            ) from error
    kind = _other_kind(path)
    if not kind:
        try:
            return _torch_load(path)
        except pickle.UnpicklingError:
            # torch's own advice is to let the file run its code.
            kind = (
                "a pickle of more than tensors, a whole model perhaps, which could run code when it is read"
            )
        except Exception as error:
            kind = f"damaged, or of a format that torch does not know ({type(error).__name__})"
    raise CaptureError(
        ErrorKind.INPUT,
        f"the weights file '{path}' cannot be used: it is {kind}",
        "it must be a safetensors file or a state dict of tensors: torch.save(model.state_dict(), FILE)",
    )


def _other_kind(path: str) -> str:
    """What the file is if it is neither a zip archive nor a pickle of weights; empty if it may be one."""
    with open(path, "rb") as file:
        begin = file.read(4096)
    if not begin:
        return "empty"
    if begin.startswith(b"PK"):
        try:
            names = zipfile.ZipFile(path).namelist()
        except zipfile.BadZipFile:
            return "cut off or damaged"
        if any(name.endswith("/constants.pkl") for name in names):
            return "a TorchScript file, which has its weights but is no state dict"
        return ""
    if not begin.startswith(b"\x80") and all(32 <= byte or byte in b"\t\r\n" for byte in begin):
        return "text"
    return ""


def _torch_load(path: str) -> Any:
    try:
        return torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except RuntimeError as error:
        if "mmap" not in str(error):
            raise
        return torch.load(path, map_location="cpu", weights_only=True)  # the old format cannot be mapped


def _is_state(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(name, str) and isinstance(item, torch.Tensor) for name, item in value.items()
    )


def _unnested(state: Any, path: str, notes: list[str]) -> Mapping[str, torch.Tensor]:
    """The state dict, also where a checkpoint holds it under a key of its own."""
    if isinstance(state, Mapping) and not _is_state(state):
        key = next((one for one in _NESTED if isinstance(state.get(one), Mapping)), None)
        if key is not None:
            averaged = [one for one in state if isinstance(one, str) and "ema" in one.lower().split("_")]
            if averaged:
                notes.append(f"the weights are the checkpoint's '{key}', not its '{averaged[0]}'")
            state = state[key]
    if not _is_state(state):
        held = f"a {type(state).__name__}{_keys(state)}"
        raise CaptureError(
            ErrorKind.INPUT,
            f"the weights file '{path}' holds {held} that is not a state dict",
            "save model.state_dict(), or {'state_dict': model.state_dict()}",
        )
    return state


def _keys(state: Any) -> str:
    if not isinstance(state, Mapping):
        return ""
    shown = ", ".join(str(key) for key in list(state)[:_SHOWN])
    return f" ({shown}{', …' if len(state) > _SHOWN else ''})"


def _listed(title: str, names: list[str]) -> str:
    more = f", and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{title}: {', '.join(names[:_SHOWN])}{more}"


def _in_words(tensor: torch.Tensor) -> str:
    return f"{list(tensor.shape)}"


def _type_of(tensor: torch.Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _kind(tensor: torch.Tensor) -> str:
    """Numbers of one kind can stand for each other, if rounded."""
    if tensor.is_complex():
        return "complex"
    return "floating" if tensor.is_floating_point() else "integer"


def _check(expected: Mapping[str, Any], state: Mapping[str, torch.Tensor], path: str) -> None:
    both = [(name, state[name], value) for name, value in expected.items() if name in state]
    both = [(name, have, want) for name, have, want in both if isinstance(want, torch.Tensor)]
    found = {
        "missing": _missing(expected, state),
        "unexpected": [name for name in state if name not in expected],
        "of another shape": [
            f"{name} (file {_in_words(have)}, model {_in_words(want)})"
            for name, have, want in both
            if have.shape != want.shape
        ],
        "of another type": [
            f"{name} (file {_type_of(have)}, model {_type_of(want)})"
            for name, have, want in both
            if _kind(have) != _kind(want)
        ],
    }
    hint = _prefix_hint(expected, state) if state else "the file holds no weights at all"
    refuse_what_does_not_fit(path, found, hint)


def _prefix_hint(expected: Mapping[str, Any], state: Mapping[str, torch.Tensor]) -> str:
    """What to do where the names differ in their beginning only."""
    for prefix, why in _WRAPPERS.items():
        if all(name.startswith(prefix) for name in state) and not any(
            name.startswith(prefix) for name in expected
        ):
            return f"its names start with '{prefix}', {why}"
    prefix = next(iter(expected), "").split(".")[0] + "."
    if all(f"{prefix}{name}" in expected for name in state):
        return f"the model's names are the file's with '{prefix}' before them: name that part in SOURCE"
    part = max(expected, key=len, default="")
    prefix = next((name.removesuffix(part) for name in state if name.endswith(f".{part}")), "")
    if prefix:
        return f"the model's names stand in the file with '{prefix}' before them: save that part's state dict"
    return ""


def _casts(expected: Mapping[str, Any], state: Mapping[str, torch.Tensor]) -> list[str]:
    """Weights that change their precision on the way in."""
    changed = [
        (name, _type_of(tensor), _type_of(expected[name]))
        for name, tensor in state.items()
        if isinstance(expected.get(name), torch.Tensor) and expected[name].dtype != tensor.dtype
    ]
    if not changed:
        return []
    name, have, want = changed[0]
    more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
    return [f"the weights {name}{more} are {have} in the file and become {want}, as the model is"]


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
