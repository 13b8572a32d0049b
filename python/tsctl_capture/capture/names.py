"""Names that TorchScript writes into a file but cannot read back.

A class gets another name in the file. An attribute keeps its name, because a user of the file asks for it: such a model
is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import _jit_internal
from torch.jit import _recursive, _script, _trace, frontend
from torch.jit import annotations as _annotations

from ..errors import CaptureError
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


def _refusal(kind: str, path: str, name: str, reason: str) -> CaptureError:
    return CaptureError(
        ErrorKind.CAPTURE,
        f"a TorchScript file with the {kind} '{path}' cannot be loaded again: {reason}",
        f"rename '{name}' in the model"
        + ("; a ModuleDict names its submodules by their keys" if kind == "submodule" else ""),
    )
