"""The model's source compiled as a whole."""

from __future__ import annotations

import re
import traceback

import torch

from ..errors import first_line
from ..explain.diagnosis import Diagnosis
from ..explain.problems import cleaned, diagnose, place_of
from ..model.adapters import dropped_outputs, scripted_function_module
from ..model.source import LoadedModel
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
        explain_refusal(attempt, error, model)


def explain_refusal(attempt: Attempt, error: BaseException, model: LoadedModel) -> None:
    """Why the compiler refuses: in our words where the catalogue knows, otherwise in its own."""
    attempt.reason, attempt.detail = compiler_message(error, model)
    attempt.hint = _TRACE_HINT
    diagnosis = diagnose(error, model)
    # Their locals hold the compiler's call stack: the next refusal would name the places of this one.
    traceback.clear_frames(error.__traceback__)
    _take(attempt, diagnosis)


def explain_unsaved(attempt: Attempt, error: BaseException | None, model: LoadedModel) -> None:
    """Why a compiled module fits in no file, where the catalogue knows."""
    if error is not None and attempt.mode == "script":
        _take(attempt, diagnose(error, model))


def _take(attempt: Attempt, diagnosis: Diagnosis | None) -> None:
    if diagnosis is not None:
        attempt.diagnosis = diagnosis
        attempt.reason = f"{diagnosis.place}: {diagnosis.cause}"
        attempt.hint = diagnosis.hint or attempt.hint


def compiler_message(error: BaseException, model: LoadedModel | None = None) -> tuple[str, str]:
    """The first line that TorchScript says, at the user's file and line; and all of it but torch's places."""
    text = str(error)
    reason = first_line(text) or type(error).__name__
    reason = re.sub(r'(?: at)?\s+File "[^"]+", line \d+$', "", reason).rstrip(":.")
    place = place_of(error, model)
    return f"{place}: {reason}" if place else reason, cleaned(text)
