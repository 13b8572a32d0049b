"""Operators that exist only in Python: torch.library without C++. No other process can run a file with them."""

from __future__ import annotations

import re

import torch

from ..errors import CaptureError
from ..vocabulary import ErrorKind
from .graph_reading import nodes_of, place_of, whole_graph

_TORCHS_OWN = ("aten::", "prim::", "prims::", "quantized::", "c10::")
_REGISTERED = re.compile(r"^debug: registered at (.+\.py):\d+$", re.MULTILINE)


def require_compiled_operators(module: torch.jit.ScriptModule) -> None:
    """Raises CaptureError{capture} that names the first operator that only Python has."""
    for node in nodes_of(whole_graph(module)):
        name = node.kind()
        if name.startswith(_TORCHS_OWN) or not is_only_in_python(name):
            continue
        place = place_of(node).text
        raise CaptureError(
            ErrorKind.CAPTURE,
            f"{f'{place}: ' if place else ''}the operator {name} exists only in Python (torch.library), so a "
            "TorchScript file cannot run it",
            "write its computation with torch's operators in forward, or register the operator in C++ and name "
            "its library: --op-lib FILE",
        )


def is_only_in_python(name: str) -> bool:
    try:
        return _REGISTERED.search(torch._C._dispatch_dump(name)) is not None
    except RuntimeError:
        return False  # not an operator of the dispatcher
