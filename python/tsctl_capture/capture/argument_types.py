"""An argument of a type that the compiled forward does not take: the cast error in words, and what to give."""

from __future__ import annotations

import re

import torch

from ..model.calls import Call
from ..model.dtypes import dtype_text
from ..model.input_adapter import named_arguments
from ..model.source import LoadedModel
from ..model.values import describe_structure

_MISMATCH = re.compile(r"Expected a value of type '(.+?)' for argument '(\w+)' but instead found type")
_SHOWN = 4


def refused_argument(message: str, model: LoadedModel, call: Call) -> tuple[str, str] | None:
    """Why the compiled forward does not take an argument, and the remedy; None if the message is another one."""
    found = _MISMATCH.search(message)
    given = named_arguments(model, call) if found else {}
    if found is None or found[2] not in given:
        return None
    wanted, name = found[1], found[2]
    value = given[name]
    reason = f"its parameter {name} is {wanted}, and it was given a {describe_structure(value)}"
    if wanted == "List[Tensor]" and isinstance(value, torch.Tensor):
        return reason, f"give {name} by its items: {_items(name, value)}"
    file = f"--inputs FILE.py:FUNCTION, where FUNCTION returns [{{'{name}': …}}]"
    return reason, f"give {name} as {wanted}: {file}"


def _items(name: str, batch: torch.Tensor) -> str:
    """--input flags for the items of a list that has the tensors of a batch."""
    items = batch.unbind(0) if batch.dim() > 1 and len(batch) else (batch,)
    dtype = "" if batch.dtype == torch.float32 else f":{dtype_text(batch.dtype)}"
    shape = "x".join(str(size) for size in items[0].shape) or "scalar"
    return " ".join(f"--input '{name}[{i}]:{shape}{dtype}'" for i in range(min(len(items), _SHOWN)))
