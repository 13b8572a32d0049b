"""Whether this torch and this Python still support capturing TorchScript."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import torch

from ..errors import CaptureError, describe
from ..results import JobWarning
from ..retirement_notices import without_retirement_notices
from ..vocabulary import CaptureMode, ErrorKind, WarningCode

# The first Python on which torch no longer supports TorchScript.
_UNSUPPORTED_PYTHON = (3, 14)


class _Nothing(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


def _trace_nothing() -> Any:
    return torch.jit.trace(_Nothing().eval(), torch.ones(1), check_trace=False)


def _script_nothing() -> Any:
    return torch.jit.script(_Nothing().eval())


_TRIALS: dict[CaptureMode, tuple[Callable[[], Any], ...]] = {
    CaptureMode.TRACE: (_trace_nothing,),
    CaptureMode.SCRIPT: (_script_nothing,),
    CaptureMode.AUTOMATIC: (_trace_nothing, _script_nothing),
}


def require_capture(mode: CaptureMode) -> None:
    """Raises CaptureError{capture} if this torch cannot even capture a module that does nothing.

    It runs before the user's model is built, so that torch's refusal does not look like the model's error.
    """
    refusal: Exception | None = None
    with without_retirement_notices():
        for capture_nothing in _TRIALS[mode]:
            try:
                capture_nothing()
                return
            except Exception as error:
                refusal = error
    assert refusal is not None
    version = torch.__version__.split("+")[0]
    raise CaptureError(
        ErrorKind.CAPTURE,
        f"torch {version} no longer captures TorchScript: {describe(refusal)}",
        "build tsctl for an older torch, such as 2.15.0, and capture with it (docs/building.md); "
        "existing files can still be frozen, optimized, verified and timed",
        str(refusal),
    ) from refusal


def version_warnings() -> list[JobWarning]:
    """Warns of a Python that torch does not support for TorchScript."""
    found = sys.version_info[:2]
    if found < _UNSUPPORTED_PYTHON:
        return []
    text = (
        f"torch does not support TorchScript on Python {found[0]}.{found[1]}: the capture was compared with "
        "eager as always, but Python 3.13 or older is safer"
    )
    return [{"code": WarningCode.PYTHON_NOT_SUPPORTED, "text": text}]
