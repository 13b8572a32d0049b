"""An argument of a type that the compiled forward does not take: the cast error in words, and what to give."""

from __future__ import annotations

import re
from typing import Any

import torch

from ..model.calls import Call
from ..model.dtypes import dtype_text
from ..model.generated import forward_arguments
from ..model.input_adapter import named_arguments
from ..model.source import LoadedModel
from ..model.values import describe_structure

_MISMATCH = re.compile(r"Expected a value of type '(.+?)' for argument '(\w+)' but instead found type")
_OPTIONAL = re.compile(r"Optional\[(.+)\]")
_SHOWN = 4


def cast_error(message: str) -> str:
    """What a cast error says, without the values of tensors; empty if the message is another one."""
    found = _MISMATCH.search(message)
    return f"its parameter {found[2]} is {found[1]}, and the value that it was given is not" if found else ""


def refused_argument(message: str, model: LoadedModel, call: Call) -> tuple[str, str] | None:
    """Why the compiled forward does not take an argument, and the remedy; None if the message is another one."""
    found = _MISMATCH.search(message)
    given = named_arguments(model, call) if found else {}
    if found is None or found[2] not in given:
        return None
    return _words(found[2], found[1], given[found[2]])


def tensor_for_tuple(module: Any, model: LoadedModel, call: Call) -> tuple[str, str] | None:
    """The same for a tensor that Python would take apart into a tuple: a file does not."""
    given = named_arguments(model, call)
    for argument in forward_arguments(module):
        wanted = argument.type.annotation_str
        if isinstance(given.get(argument.name), torch.Tensor) and _core(wanted).startswith("Tuple["):
            return _words(argument.name, wanted, given[argument.name])
    return None


def _words(name: str, wanted: str, value: Any) -> tuple[str, str]:
    reason = f"its parameter {name} is {wanted}, and it was given a {describe_structure(value)}"
    by_items = _core(wanted) == "List[Tensor]" or _core(wanted).startswith("Tuple[Tensor")
    if by_items and isinstance(value, torch.Tensor):
        return reason, f"give {name} by its items: {_items(name, value)}"
    file = f"--inputs FILE.py:FUNCTION, where FUNCTION returns [{{'{name}': …}}]"
    return reason, f"give {name} as {wanted}: {file}"


def _core(wanted: str) -> str:
    """ "Tuple[Tensor, Tensor]" of "Optional[Tuple[Tensor, Tensor]]"."""
    found = _OPTIONAL.fullmatch(wanted)
    return found[1] if found else wanted


def _items(name: str, batch: torch.Tensor) -> str:
    """--input flags for the items of a list that has the tensors of a batch."""
    items = batch.unbind(0) if batch.dim() > 1 and len(batch) else (batch,)
    dtype = "" if batch.dtype == torch.float32 else f":{dtype_text(batch.dtype)}"
    shape = "x".join(str(size) for size in items[0].shape) or "scalar"
    return " ".join(f"--input '{name}[{i}]:{shape}{dtype}'" for i in range(min(len(items), _SHOWN)))
