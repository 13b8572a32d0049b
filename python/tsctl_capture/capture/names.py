"""Names that TorchScript writes into a file but cannot read back.

A class gets another name in the file. An attribute keeps its name, because a user of the file asks for it: such a model
is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import _jit_internal
from torch.jit import _recursive, _script, _trace, frontend
from torch.jit import annotations as _annotations

from ..errors import CaptureError, first_line
from ..model.generated import forward_arguments
from ..model.utf8_paths import utf8_path
from ..retirement_notices import without_retirement_notices
from ..vocabulary import ErrorKind

# The words of TorchScript's own language.
_KEYWORDS = {
    *(
        "and",
        "as",
        "assert",
        "break",
        "class",
        "continue",
        "def",
        "del",
        "elif",
        "else",
        "for",
        "global",
        "if",
    ),
    *("import", "in", "is", "not", "or", "pass", "raise", "return", "while", "with"),
    *("False", "True", "None", "NoneType", "Ellipsis"),
}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*$")
_LARGEST_READ_BYTES = 64 << 20  # reading a larger file back takes too long for a rare fault
_UNQUOTABLE = re.compile(r'["\\\x00-\x1f\x7f]')
_USERS = (_jit_internal, _script, _recursive, _trace, _annotations, frontend)


@contextmanager
def readable_class_names() -> Iterator[None]:
    """Inside, torch names classes and functions so that a file with them can be read back.

    A module is named after its file: 3d-net.py, class.py.
    """
    before = [(user, user._qualified_name) for user in _USERS if hasattr(user, "_qualified_name")]
    original = _jit_internal._qualified_name

    def readable(found: Any, mangle_name: bool = True) -> str:
        parts = original(found, mangle_name).split(".")
        return ".".join(_readable(part) for part in parts)

    try:
        for user, _ in before:
            user._qualified_name = readable  # type: ignore[attr-defined]
        yield
    finally:
        for user, function in before:
            user._qualified_name = function  # type: ignore[attr-defined]


def _readable(part: str) -> str:
    if _NAME.match(part) and part not in _KEYWORDS:
        return part
    ascii_part = unicodedata.normalize("NFKD", part).encode("ascii", "ignore").decode()
    return "_" + re.sub(r"\W", "_", ascii_part)


def require_readable_names(module: torch.jit.ScriptModule) -> None:
    """Raises CaptureError{capture} for a name that a file with this module cannot be read back with."""
    for argument in forward_arguments(module):
        reason = _why_unreadable(argument.name)
        if reason:
            raise _refusal("parameter of forward", argument.name, argument.name, reason)
    for path, part in module.named_modules():
        for kind, names in _names_of(part):
            for name in names:
                reason = _why_unreadable(name)
                if reason:
                    raise _refusal(kind, f"{path}.{name}".lstrip("."), name, reason)


def _names_of(part: Any) -> Iterator[tuple[str, list[str]]]:
    yield "submodule", [name for name, _ in part.named_children()]
    yield "parameter", [name for name, _ in part.named_parameters(recurse=False)]
    yield "buffer", [name for name, _ in part.named_buffers(recurse=False)]
    concrete: Callable[[], Any] | None = getattr(
        getattr(part, "_concrete_type", None), "get_attributes", None
    )
    if concrete is not None:
        yield "attribute", list(concrete())


def _why_unreadable(name: str) -> str:
    if name in _KEYWORDS:
        return f"'{name}' is a word of TorchScript's language"
    if not name.isascii():
        return "TorchScript reads back ASCII names only"
    return "a quote or a backslash ends the name in the file" if _UNQUOTABLE.search(name) else ""


def require_readable_fields(outputs: Any) -> None:
    """Raises CaptureError{capture} for a named tuple whose fields a file cannot be read back with."""
    if isinstance(outputs, dict):
        outputs = list(outputs.values())
    if not isinstance(outputs, (tuple, list)):
        return
    for name in getattr(outputs, "_fields", ()):
        reason = _why_unreadable(name)
        if reason:
            raise _refusal("field of a named tuple", f"{type(outputs).__name__}.{name}", name, reason)
    for item in outputs:
        require_readable_fields(item)


def require_readable_file(path: str) -> None:
    """Raises CaptureError{capture} if TorchScript cannot read back what it has written."""
    if Path(path).stat().st_size > _LARGEST_READ_BYTES:
        return
    try:
        with without_retirement_notices():
            torch.jit.load(utf8_path(path), map_location="cpu")
    except Exception as error:
        text = str(error).strip("\n")
        line = next(iter(re.findall(r"^(.*)\n\s*~+ *<--- HERE", text, re.MULTILINE)), "").strip()
        named = [(name, _why_unreadable(name)) for name in re.findall(r"[^\W\d]\w*", line)]
        name, reason = next(((name, why) for name, why in named if not name.isascii()), ("", ""))
        what = f"with the name '{name}'" if name else f"with `{line}`" if line else "of this model"
        raise CaptureError(
            ErrorKind.CAPTURE,
            f"a TorchScript file {what} cannot be loaded again: "
            + (reason or first_line(text) or "TorchScript does not say why"),
            f"rename '{name}' in the model" if name else "rewrite this part of the model",
            text,
        ) from error


def _refusal(kind: str, path: str, name: str, reason: str) -> CaptureError:
    return CaptureError(
        ErrorKind.CAPTURE,
        f"a TorchScript file with the {kind} '{path}' cannot be loaded again: {reason}",
        f"rename '{name}' in the model"
        + ("; a ModuleDict names its submodules by their keys" if kind == "submodule" else ""),
    )
