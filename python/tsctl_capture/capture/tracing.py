"""A trace of the whole model."""

from __future__ import annotations

from typing import Any

import torch

from ..errors import describe, user_traceback
from ..model.adapters import make_adapter, positional_form, scalar_outputs, traced_structure, why_adapted
from ..model.calls import Call
from ..model.exports import all_exported, exported_methods, hidden_exports, pass_on_exports
from ..model.input_adapter import NoTypeError, is_structured, named_arguments, not_alike
from ..model.output_adapter import OutputForm, keeps_structure, output_form
from ..model.values import is_plain, leaves
from ..reference.known_refusals import GRADIENT_REMEDY
from .autograd_functions import traced_through_forward
from .subject import Attempt, Subject

# Messages of torch where forward computes a gradient, and what that means.
_GRADIENTS = {
    "Cannot insert a Tensor that requires grad": "forward computes a gradient, which a trace does not record",
    "pointer of Tensor that doesn't have storage": "forward uses torch.func, which a trace does not record",
}
_SCRIPT_HINT = "tsctl script compiles the source instead, and accepts arguments that are not tensors"


def trace(attempt: Attempt, subject: Subject) -> None:
    model = subject.model
    call, outputs = subject.example_of(attempt)
    attempt.reason = _why_not_traceable(subject, call, outputs)
    if attempt.reason:
        attempt.hint = _SCRIPT_HINT
        return
    attempt.flattens = not is_plain(outputs) and not keeps_structure(outputs, attempt.inside)
    attempt.adapter = "; ".join(why_adapted(model, call, outputs, attempt.flattens))
    try:
        with traced_through_forward() as functions:
            _capture(attempt, subject, call, outputs)
        if functions:
            inlined = f"the forward of the autograd function {', '.join(functions)} is traced"
            attempt.adapter = "; ".join([*filter(None, [attempt.adapter]), inlined])
        attempt.fixed = [*attempt.fixed, *_left_at_defaults(subject, call)]
    except NoTypeError as error:
        attempt.reason = f"TorchScript has no type for an argument: {error}"
        attempt.hint = (
            "pass tensors, numbers, strings, None, and lists, tuples or dicts whose members have one type"
        )
    except Exception as error:
        attempt.reason = describe(error)
        attempt.detail = user_traceback(error)
        attempt.hint = _SCRIPT_HINT
        for message, reason in _GRADIENTS.items():
            if message in str(error):
                attempt.reason, attempt.remedy = reason, GRADIENT_REMEDY


def _left_at_defaults(subject: Subject, call: Call) -> list[str]:
    """Parameters that the calls do not give: a trace keeps their defaults and has no parameter for them."""
    signature = subject.model.signature
    given = set(named_arguments(subject.model, call))
    found, absent = [], []
    for name, parameter in signature.parameters.items() if signature is not None else ():
        if name in given or parameter.default is parameter.empty:
            continue
        if parameter.default is None:
            absent.append(name)
        else:
            found.append(f"{name} fixed at its default {parameter.default!r}")
    return [*found, f"{', '.join(absent)} fixed at None"] if absent else found


def _capture(attempt: Attempt, subject: Subject, call: Call, outputs: Any) -> None:
    exported = all_exported(subject.model.module)
    try:
        attempt.module = _traced(attempt, subject, call, outputs)
    except Exception as error:
        if not exported or isinstance(error, NoTypeError):
            raise
        # Tracing compiles exported methods, which may fail although forward can be traced.
        with hidden_exports(subject.model.module):
            attempt.module = _traced(attempt, subject, call, outputs)
        attempt.left_out = exported
        return
    own = exported_methods(subject.model.module)
    if attempt.adapter and own:
        attempt.left_out = pass_on_exports(attempt.module, own)


def _traced(attempt: Attempt, subject: Subject, call: Call, outputs: Any) -> torch.jit.ScriptModule:
    result = None
    if is_structured(call) or not is_plain(outputs):
        result = output_form(outputs, attempt.inside)
    if is_structured(call) or result is not None:
        result = result or OutputForm("_out")
        traced, form = traced_structure(subject.model, call, result, subject.device)
        attempt.fixed = form.fixed
        return traced
    return _traced_tensors(attempt, subject, call)


def _traced_tensors(attempt: Attempt, subject: Subject, call: Call) -> torch.jit.ScriptModule:
    model = subject.model
    fresh = call.fresh(subject.device)
    module, args = model.module, positional_form(model, fresh)
    if attempt.adapter:
        module = make_adapter(model, call, attempt.flattens)
        module.training = False  # not eval(), which modules of torch.export refuse
        args = tuple(named_arguments(model, fresh).values())
    with torch.no_grad():
        return torch.jit.trace(module, args, check_trace=False, strict=False)


def _why_not_traceable(subject: Subject, call: Call, outputs: Any) -> str:
    if not call.tensors():
        return "a trace needs a tensor as input" if is_structured(call) else "a trace needs an input"
    kept = not_alike(subject.model, subject.calls)
    if kept:
        return f"a trace takes tensors only, and would fix {kept}"
    scalars = scalar_outputs(outputs)
    if scalars:
        found = ", ".join(scalars)
        return f"a trace returns tensors only, and would return the example's {found} for every input"
    if not any(leaf.is_tensor for leaf in leaves(outputs, "out")):
        return "the model returns no tensor"
    return ""
