"""The model's source compiled as a whole."""

from __future__ import annotations

import re

import torch

from .adapters import dropped_outputs, scripted_function_module
from .errors import first_line
from .subject import Attempt, Subject

_TRACE_HINT = (
    "write that line in what TorchScript supports; tsctl trace takes a model without branches on values, "
    "--trace-submodule PATH=SHAPE one part of it"
)


def script(attempt: Attempt, subject: Subject) -> None:
    model = subject.model
    dropped = dropped_outputs(subject.outputs[0])
    if dropped:
        attempt.reason = f"TorchScript has no type for the output {', '.join(dropped)}"
        attempt.hint = "return tensors, numbers, strings, None, and lists, tuples or dicts of these"
        return
    try:
        if model.function is None:
            attempt.module = torch.jit.script(model.module)
        else:
            compiled = torch.jit.script(model.function)
            attempt.module = torch.jit.script(scripted_function_module(compiled, model.class_name).eval())
            attempt.adapter = "a function is given a module to be saved in"
    except Exception as error:
        attempt.reason, attempt.detail = compiler_message(error)
        attempt.hint = _TRACE_HINT


def compiler_message(error: BaseException) -> tuple[str, str]:
    """What TorchScript's compiler cannot do, in one line with the user's file and line; and all it says."""
    text = str(error).strip("\n")
    reason = first_line(text) or type(error).__name__
    reason = reason.rstrip(":")
    place = re.search(r'File "([^"]+)", line (\d+)', text)
    if place:
        return f"{reason} ({place[1].rsplit('/', 1)[-1]}:{place[2]})", text
    return reason, text
