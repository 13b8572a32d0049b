"""The model's source compiled as a whole."""

from __future__ import annotations

import re
import traceback
from typing import Any

import torch
from torch.nn.utils.parametrize import is_parametrized

from ..errors import first_line
from ..explain.diagnosis import Diagnosis
from ..explain.problems import cleaned, diagnose, place_of
from ..model.adapters import WRAPPED_FUNCTION, dropped_outputs, scripted_function_module
from ..model.exports import exported_methods, pass_on_exports
from ..model.script_returns import item_of_eager, returned_type, returning_item
from ..model.source import LoadedModel
from ..vocabulary import CaptureMode
from .subject import Attempt, Subject

TRACING_WORKS = "tracing works"  # the beginning of such sentences in the catalogue
TRACE_INSTEAD = "capture it with tsctl trace"
_TRACE_HINT = (
    "rewrite that line for TorchScript; tsctl trace captures a model without branches on values, "
    "and --trace-submodule PATH=SHAPE traces one submodule"
)


def script(attempt: Attempt, subject: Subject) -> None:
    model = subject.model
    dropped = dropped_outputs(subject.outputs[0])
    if dropped:
        attempt.reason = f"TorchScript has no type for the output {', '.join(dropped)}"
        attempt.remedy = "return tensors, numbers, strings, None, and lists, tuples or dicts of these"
        return
    try:
        if model.function is None:
            attempt.module = torch.jit.script(model.module)
            _return_what_eager_returns(attempt, subject)
        else:
            compiled = torch.jit.script(model.function)
            attempt.module = torch.jit.script(scripted_function_module(compiled, model.class_name).eval())
            attempt.adapter = WRAPPED_FUNCTION
    except Exception as error:
        explain_refusal(attempt, error, model)
        if attempt.diagnosis is not None or place_of(error, model):
            return
    parametrized = parametrized_parts(model.module)
    if parametrized:
        _explain_parametrized(attempt, model, parametrized)


def _return_what_eager_returns(attempt: Attempt, subject: Subject) -> None:
    """A model may return more in a script than in Python (torch.jit.is_scripting); the file returns eager's."""
    item = item_of_eager(attempt.module, subject.outputs[0])
    if item is None:
        return
    whole = returned_type(attempt.module)
    attempt.module = returning_item(attempt.module, item)
    attempt.left_out = pass_on_exports(attempt.module, exported_methods(subject.model.module))
    attempt.adapter = f"the script returns {whole}; the file returns item {item} of it, as eager does"


def parametrized_parts(root: torch.nn.Module, path: str = "") -> list[str]:
    """The paths of the submodules whose parameters torch computes from others; `path` is that of the root."""
    found = [name for name, part in root.named_modules() if is_parametrized(part)]
    return [".".join(filter(None, (path, name))) for name in found]


def parametrized_words(part: torch.nn.Module) -> str:
    """ "its weight is parametrized (_WeightNorm)"."""
    parametrizations: Any = part.parametrizations
    found = {name: [type(one).__name__ for one in each] for name, each in parametrizations.items()}
    return "; ".join(f"its {name} is parametrized ({', '.join(kinds)})" for name, kinds in found.items())


def _explain_parametrized(attempt: Attempt, model: LoadedModel, paths: list[str]) -> None:
    """torch compiles such a module, but the result raises an exception when it runs."""
    attempt.module, attempt.adapter = None, ""
    path = paths[0]
    part = model.module.get_submodule(path)
    parametrizations: Any = part.parametrizations
    name = next(iter(parametrizations))
    whose = f"the submodule '{path}'" if path else "the model"
    attempt.reason = f"{whose}: {parametrized_words(part)}, which TorchScript cannot compile"
    remove = f"torch.nn.utils.parametrize.remove_parametrizations(module, '{name}') after loading the weights"
    attempt.hint = f"trace it (--trace-submodule {path}), or call {remove}" if path else f"call {remove}"


def explain_refusal(attempt: Attempt, error: BaseException, model: LoadedModel) -> None:
    """Fills in why the compiler refuses: from the catalogue of problems, or in the compiler's own words."""
    attempt.reason, attempt.detail = compiler_message(error, model)
    attempt.hint = _TRACE_HINT
    diagnosis = diagnose(error, model)
    # Their locals hold the compiler's call stack, whose places would appear in the next refusal.
    traceback.clear_frames(error.__traceback__)
    _take(attempt, diagnosis)


def refusal_words(error: BaseException, model: LoadedModel) -> tuple[str, str]:
    """Why the compiler refuses, in the catalogue's words if it has some, and the compiler's whole message."""
    reason, detail = compiler_message(error)
    diagnosis = diagnose(error, model)
    return (f"{diagnosis.place}: {diagnosis.cause}" if diagnosis is not None else reason), detail


def explain_unsaved(attempt: Attempt, error: BaseException | None, model: LoadedModel) -> None:
    """Fills in why a compiled module cannot be saved, if the catalogue of problems knows."""
    if error is not None and attempt.mode == CaptureMode.SCRIPT:
        _take(attempt, diagnose(error, model))


def _take(attempt: Attempt, diagnosis: Diagnosis | None) -> None:
    if diagnosis is not None:
        attempt.diagnosis = diagnosis
        attempt.reason = f"{diagnosis.place}: {diagnosis.cause}"
        attempt.hint = diagnosis.hint or _trace_instead(diagnosis) or attempt.hint


def _trace_instead(diagnosis: Diagnosis) -> str:
    """ "capture it with tsctl trace: a trace records what the hook computes"."""
    if not diagnosis.tracing.startswith(TRACING_WORKS):
        return ""
    return TRACE_INSTEAD + diagnosis.tracing.removeprefix(TRACING_WORKS).removeprefix(" for this line")


def compiler_message(error: BaseException, model: LoadedModel | None = None) -> tuple[str, str]:
    """The first line of TorchScript's message with the user's place, and the whole without torch's places."""
    text = str(error)
    reason = first_line(text) or type(error).__name__
    reason = re.sub(r'(?: at)?\s+File "[^"]+", line \d+$', "", reason).rstrip(":.")
    place = place_of(error, model)
    return f"{place}: {reason}" if place else reason, cleaned(text)
