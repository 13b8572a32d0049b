"""A trace of the whole model."""

from __future__ import annotations

from typing import Any

import torch

from .adapters import make_adapter, positional_form, scalar_outputs, why_adapted
from .calls import Call
from .errors import describe, user_traceback
from .subject import Attempt, Subject
from .values import is_plain, leaves

_SCRIPT_HINT = "tsctl script compiles the source instead, and takes arguments that are no tensors"


def trace(attempt: Attempt, subject: Subject) -> None:
    model = subject.model
    call, outputs = attempt.example or (subject.calls[0], subject.outputs[0])
    attempt.reason = _why_not_traceable(call, outputs)
    if attempt.reason:
        attempt.hint = _SCRIPT_HINT
        return
    attempt.flattens = not is_plain(outputs)
    reasons = why_adapted(model, call, outputs)
    attempt.adapter = "; ".join(reasons)
    module = make_adapter(model, call, attempt.flattens).eval() if reasons else model.module
    fresh = call.fresh(subject.device)
    args = (*fresh.args, *fresh.kwargs.values()) if reasons else positional_form(model, fresh)
    try:
        with torch.no_grad():
            attempt.module = torch.jit.trace(module, args, check_trace=False, strict=False)
    except Exception as error:
        attempt.reason = describe(error)
        attempt.detail = user_traceback(error)
        attempt.hint = _SCRIPT_HINT


def _why_not_traceable(call: Call, outputs: Any) -> str:
    named = [*((f"argument {i}", value) for i, value in enumerate(call.args)), *call.kwargs.items()]
    others = [leaf for name, value in named for leaf in leaves(value, name) if not leaf.is_tensor]
    if others:
        found = ", ".join(f"{leaf.name} ({type(leaf.value).__name__})" for leaf in others)
        return f"a trace takes tensors only, and would keep the example's value of {found} for ever"
    if not call.args and not call.kwargs:
        return "a trace needs an input"
    scalars = scalar_outputs(outputs)
    if scalars:
        found = ", ".join(scalars)
        return f"a trace returns tensors only, and would keep the example's value of {found} for ever"
    if not any(leaf.is_tensor for leaf in leaves(outputs, "out")):
        return "the model returns no tensor"
    return ""
