"""What becomes of capture as torch retires TorchScript's Python side: notices, refusals, newer Pythons."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import torch

from .errors import CaptureError, describe

# torch announces the retirement of its Python entry points with these words, as these categories; tsctl's
# users cannot act on it. A TracerWarning is none of these, whatever its words are.
RETIREMENT_WORDS = "`torch.jit."
RETIREMENT_CATEGORIES = (FutureWarning, DeprecationWarning)

# The first Python for which torch does not vouch for TorchScript any more.
_UNSUPPORTED_PYTHON = (3, 14)


def is_retirement_notice(message: Warning | str, category: type[Warning]) -> bool:
    return issubclass(category, RETIREMENT_CATEGORIES) and str(message).startswith(RETIREMENT_WORDS)


class _Nothing(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


def _trace_nothing() -> Any:
    return torch.jit.trace(_Nothing().eval(), torch.ones(1), check_trace=False)


def _script_nothing() -> Any:
    return torch.jit.script(_Nothing().eval())


_TRIALS: dict[str, tuple[Callable[[], Any], ...]] = {
    "trace": (_trace_nothing,),
    "script": (_script_nothing,),
    "auto": (_trace_nothing, _script_nothing),
}


def require_capture(mode: str) -> None:
    """Raises CaptureError{capture} if this torch cannot capture even a module that does nothing.

    Asked before the user's model is built, so that what torch refuses is not taken for the model's fault.
    """
    from .tracer_warnings import without_retirement_notices

    refusal: Exception | None = None
    with without_retirement_notices():
        for capture_nothing in _TRIALS.get(mode, _TRIALS["auto"]):
            try:
                capture_nothing()
                return
            except Exception as error:
                refusal = error
    assert refusal is not None
    version = torch.__version__.split("+")[0]
    raise CaptureError(
        "capture",
        f"torch {version} does not capture TorchScript any more: {describe(refusal)}",
        "build tsctl for an older torch, such as 2.15.0, and capture with that (docs/building.md); "
        "files that exist can be frozen, optimized, verified and timed all the same",
        str(refusal),
    ) from refusal


def version_warnings() -> list[dict[str, str]]:
    """What to say of the versions that a capture ran with: members of core's Warning."""
    found = sys.version_info[:2]
    if found < _UNSUPPORTED_PYTHON:
        return []
    text = (
        f"torch does not support TorchScript on Python {found[0]}.{found[1]}: the capture was held against "
        "eager as always, but prefer Python 3.13 or older"
    )
    return [{"code": "python_not_supported_by_torchscript", "text": text}]
