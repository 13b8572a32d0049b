"""Shared libraries that register operators: those of --op-lib, and those that a file remembers."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from ..errors import CaptureError, first_line
from ..vocabulary import ErrorKind


def load(paths: Sequence[str]) -> None:
    """Raises CaptureError{input} for a library that cannot be loaded."""
    for path in paths:
        if path in torch.ops.loaded_libraries:
            continue
        try:
            torch.ops.load_library(path)
        except (OSError, RuntimeError) as error:
            raise CaptureError(
                ErrorKind.INPUT,
                f"the library of operators '{path}' (--op-lib) cannot be loaded: {first_line(str(error))}",
                "name a shared library that is built for this version of torch",
            ) from error
