"""--weights: safetensors, a state dict, or a folder of them; no code in a file is run."""

from __future__ import annotations

import json
import pickle
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from ..errors import CaptureError, describe
from ..vocabulary import ErrorKind
from .dtypes import dtype_text
from .tensor_file import safetensors_torch

_SHOWN = 8
# The keys under which training scripts store the state dict in a checkpoint, in the order of the search.
_NESTED = ("state_dict", "model_state_dict", "model", "module", "net")
# The prefixes that wrappers add to every name, and what to save instead.
_WRAPPERS = {
    "module.": "from a model saved inside DataParallel: save model.module",
    "_orig_mod.": "from a model saved inside torch.compile: save model._orig_mod",
    "model.": "from a model saved inside another module: save the state dict of its .model",
    "net.": "from a model saved inside another module: save the state dict of its .net",
}
_ENDINGS = (".safetensors", ".bin", ".pt", ".pth")
_INDEX_ENDING = ".index.json"
_MISMATCH = re.compile(
    r"size mismatch for (\S+): copying a param with shape torch\.Size\((\[.*?\])\) from checkpoint, "
    r"the shape in current model is torch\.Size\((\[.*?\])\)"
)


def load_weights(module: torch.nn.Module, path: str) -> list[str]:
    """Loads what the module's own load_state_dict() accepts. Returns notes for the user, one clause each.

    A tied weight that the file has under its other name may be missing. Raises CaptureError{input}.
    """
    notes: list[str] = []
    state = _state_of(path, notes)
    expected = module.state_dict()
    notes += _casts(expected, state)
    try:
        module.load_state_dict(state)
    except Exception as error:
        found = _listed_by_torch(str(error))
        tied = _only_tied(expected, state, found)
        if not tied:
            require_fit(path, found, _prefix_hint(expected, state) if state else "the file holds no weights")
            raise CaptureError(
                ErrorKind.INPUT,
                f"the weights in '{path}' cannot be loaded: {describe(error)}",
                "the file was made for another model, or for another version of it",
                str(error),
            ) from error
        module.load_state_dict(state, strict=False)
    return notes


def _listed_by_torch(message: str) -> dict[str, list[str]]:
    """The names in the message of load_state_dict()."""
    found: dict[str, list[str]] = {"missing": [], "unexpected": [], "of another shape": []}
    for title, words in (("missing", "Missing key"), ("unexpected", "Unexpected key")):
        names = re.search(rf"{words}\(s\) in state_dict: (.*?)\. *$", message, re.MULTILINE)
        if names:
            found[title] = list(dict.fromkeys(re.findall(r'"([^"]+)"', names[1])))
    for name, have, want in _MISMATCH.findall(message):
        found["of another shape"].append(f"{name} (file {have}, model {want})")
    return found


def _only_tied(
    expected: Mapping[str, Any], state: Mapping[str, torch.Tensor], found: Mapping[str, list[str]]
) -> bool:
    """Whether all that is wrong is that tied weights have only one of their names in the file."""
    if not found["missing"] or found["unexpected"] or found["of another shape"]:
        return False
    return not set(found["missing"]) & set(_missing(expected, state))


def require_fit(path: str, found: Mapping[str, list[str]], hint: str = "") -> None:
    """Raises CaptureError{input} if `found` has names; its keys say what is wrong with them."""
    wrong = [(title, names) for title, names in found.items() if names]
    if not wrong:
        return
    summary = ", ".join(f"{len(names)} {title}" for title, names in wrong)
    raise CaptureError(
        ErrorKind.INPUT,
        f"the weights in '{path}' do not fit the model: {summary}",
        hint or "the file was made for another model, or --kwargs differ from those of its training",
        "\n".join(_listed(title, names) for title, names in wrong),
    )


def _state_of(path: str, notes: list[str]) -> Mapping[str, torch.Tensor]:
    if Path(path).is_dir():
        path = _file_in_folder(path)
    if not Path(path).is_file():
        raise CaptureError(
            ErrorKind.INPUT, f"the weights file '{path}' does not exist", "--weights names a file or a folder"
        )
    if path.endswith(_INDEX_ENDING):
        return _sharded(path)
    return _unnested(_read(path), path, notes)


def _file_in_folder(folder: str) -> str:
    names = sorted(entry.name for entry in Path(folder).iterdir())
    indices = [name for name in names if name.endswith(_INDEX_ENDING)]
    # A folder often holds both forms with the same content.
    choices = [[name for name in indices if ".safetensors" in name], indices]
    if not indices:
        choices = [[name for name in names if name.endswith(ending)] for ending in _ENDINGS]
    for found in choices:
        if len(found) == 1:
            return str(Path(folder) / found[0])
    several = [name for found in choices for name in found]
    if several:
        raise CaptureError(
            ErrorKind.INPUT,
            f"the folder '{folder}' holds several weights files: {', '.join(several[:_SHOWN])}",
            "name one of them with --weights FILE",
        )
    raise CaptureError(
        ErrorKind.INPUT,
        f"the folder '{folder}' holds no weights",
        f"--weights FOLDER needs a file that ends in {', '.join(_ENDINGS)} or {_INDEX_ENDING}",
    )


def _sharded(path: str) -> Mapping[str, torch.Tensor]:
    """The tensors of all parts that an index names."""
    try:
        places = json.loads(Path(path).read_text(encoding="utf-8"))["weight_map"]
        parts = sorted(set(places.values()))
        if not all(isinstance(part, str) for part in parts):
            raise TypeError("its weight_map holds something that is not a file name")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CaptureError(
            ErrorKind.INPUT,
            f"'{path}' is not an index of weights: {describe(error)}",
            "an index is a JSON object whose weight_map names the file of each tensor",
        ) from error
    state: dict[str, torch.Tensor] = {}
    for part in parts:
        beside = Path(path).parent / part
        if not beside.is_file():
            raise CaptureError(
                ErrorKind.INPUT,
                f"'{path}' names the part '{part}', which is not in the same folder",
                "fetch or copy the missing part",
            )
        state.update(_unnested(_read(str(beside)), str(beside), []))
    return state


def _beginning(path: str, size: int) -> bytes:
    with Path(path).open("rb") as file:
        return file.read(size)


def _is_safetensors(path: str) -> bool:
    """By content: eight bytes of length, then a JSON object."""
    return _beginning(path, 9)[8:] == b"{"


def _read(path: str) -> Any:
    # Both readers map the file into memory, so that the weights are in memory only once.
    if _is_safetensors(path):
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
            # torch's message would advise to let the file run its code.
            kind = "a pickle of other objects than tensors, which can run code when it is read"
        except Exception as error:
            kind = f"damaged, or in a format that torch does not know ({type(error).__name__})"
    raise CaptureError(
        ErrorKind.INPUT,
        f"the weights file '{path}' cannot be used: it is {kind}",
        "it must be a safetensors file or a state dict of tensors: torch.save(model.state_dict(), FILE)",
    )


def _other_kind(path: str) -> str:
    """What the file is, if it cannot hold weights; empty for a zip archive or a pickle."""
    begin = _beginning(path, 4096)
    if not begin:
        return "empty"
    if begin.startswith(b"PK"):
        try:
            names = zipfile.ZipFile(path).namelist()
        except zipfile.BadZipFile:
            return "cut off or damaged"
        if any(name.endswith("/constants.pkl") for name in names):
            return "a TorchScript file, which has weights but is not a state dict"
        return ""
    if not begin.startswith(b"\x80") and all(byte >= 32 or byte in b"\t\r\n" for byte in begin):
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
        isinstance(name, str) and (isinstance(item, torch.Tensor) or name.endswith("_extra_state"))
        for name, item in value.items()
    )


def _unnested(state: Any, path: str, notes: list[str]) -> Mapping[str, torch.Tensor]:
    """The state dict, which a checkpoint may hold under one of its keys."""
    if isinstance(state, Mapping) and not _is_state(state):
        key = next((one for one in _NESTED if isinstance(state.get(one), Mapping)), None)
        if key is not None:
            averaged = [one for one in state if isinstance(one, str) and "ema" in one.lower().split("_")]
            if averaged:
                notes.append(f"the weights come from the checkpoint's '{key}', not from its '{averaged[0]}'")
            state = state[key]
    if not _is_state(state):
        held = f"a {type(state).__name__}{_keys(state)}"
        raise CaptureError(
            ErrorKind.INPUT,
            f"the weights file '{path}' holds {held}, which is not a state dict",
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


def _prefix_hint(expected: Mapping[str, Any], state: Mapping[str, torch.Tensor]) -> str:
    """What to do if only a prefix of the names differs."""
    for prefix, why in _WRAPPERS.items():
        if all(name.startswith(prefix) for name in state) and not any(
            name.startswith(prefix) for name in expected
        ):
            return f"its names have the prefix '{prefix}' {why}"
    prefix = next(iter(expected), "").split(".")[0] + "."
    if all(f"{prefix}{name}" in expected for name in state):
        return f"the model's names are the file's with the prefix '{prefix}': name that submodule in SOURCE"
    part = max(expected, key=len, default="")
    prefix = next((name.removesuffix(part) for name in state if name.endswith(f".{part}")), "")
    if prefix:
        return (
            f"the file's names are the model's with the prefix '{prefix}': save that submodule's state dict"
        )
    return _norm_hint(expected, state)


def _norm_hint(expected: Mapping[str, Any], state: Mapping[str, torch.Tensor]) -> str:
    """What to do if only one side has the parametrizations that replaced weight_norm and spectral_norm."""
    marks = {
        ".parametrizations.": "torch.nn.utils.parametrizations",
        "_orig": "torch.nn.utils",
        "_g": "torch.nn.utils",
    }
    file, model = (
        next(
            (package for mark, package in marks.items() if any(_is_normed(name, mark) for name in names)), ""
        )
        for names in (state, expected)
    )
    if not file or not model or file == model:
        return ""
    return (
        f"the file is from a model whose weights are normalized by {file}, but the model uses {model}: "
        "use the same in SOURCE"
    )


def _is_normed(name: str, mark: str) -> bool:
    return f".{name}".find(mark) >= 0 if mark.startswith(".") else name.endswith(f"weight{mark}")


def _casts(expected: Mapping[str, Any], state: Mapping[str, torch.Tensor]) -> list[str]:
    """Says which weights are converted to another dtype."""
    changed = [
        (name, dtype_text(tensor.dtype), dtype_text(expected[name].dtype))
        for name, tensor in state.items()
        if isinstance(expected.get(name), torch.Tensor)
        and isinstance(tensor, torch.Tensor)
        and expected[name].dtype != tensor.dtype
    ]
    if not changed:
        return []
    name, have, want = changed[0]
    more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
    return [f"the weights {name}{more} are {have} in the file and are converted to the model's {want}"]


def _missing(expected: Mapping[str, Any], state: Mapping[str, torch.Tensor]) -> list[str]:
    """The names that the file lacks. A tied weight is not missing if the file has its other name."""

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
