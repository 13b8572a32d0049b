"""One way of capturing, tried and held against eager."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import _tsctl
import torch

from .adapters import (
    dropped_outputs,
    make_adapter,
    positional_form,
    scalar_outputs,
    scripted_function_module,
    why_adapted,
)
from .calls import Call
from .comparison import Comparison, Tolerances, compare
from .eager import Probe, run
from .errors import CaptureError, describe, first_line, user_traceback
from .signature import did_you_mean
from .source import LoadedModel
from .tracer_warnings import Notice, collected_warnings
from .values import flatten, is_plain, leaves


_SCRIPT_HINT = "tsctl script compiles the source instead, and takes arguments that are no tensors"
_TRACE_HINT = (
    "write that line in what TorchScript supports; tsctl trace takes a model without branches on values, "
    "--trace-submodule PATH=SHAPE one part of it"
)


@dataclass
class Subject:
    """What is captured, and eager's answers to hold the capture against."""

    model: LoadedModel
    calls: list[Call]
    outputs: list[Any]
    device: str
    tolerances: Tolerances
    probes: list[Probe] = field(default_factory=list)
    redraw: Callable[[], list[Probe]] = list  # more probes, for a trace that warned
    warnings: list[dict[str, str]] = field(default_factory=list)


@dataclass
class Attempt:
    """The members of core's CaptureAttempt, and the module."""

    mode: str
    status: str = "failed"  # kept, not_general, failed
    reason: str = ""
    detail: str = ""
    comparisons: list[Comparison] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    seconds: float = 0.0
    module: Any = None
    flattens: bool = False
    adapter: str = ""
    hint: str = ""
    example: tuple[Call, Any] | None = None  # what a trace ran on; the first declared set if None
    example_label: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {
            "mode": self.mode,
            "status": self.status,
            "reason": self.reason,
            "detail": self.detail,
            "comparisons": [item.as_dict() for item in self.comparisons],
            "warnings": [notice.as_dict() for notice in self.notices],
            "seconds": self.seconds,
        }

    def arrange(self, outputs: Any) -> Any:
        """Eager's outputs in the structure that the captured module returns."""
        return flatten(outputs) if self.flattens else outputs

    def arranged(self, outputs: list[Any]) -> list[Any]:
        return [self.arrange(one) for one in outputs]

    def output_names(self, outputs: Any) -> list[str]:
        return [leaf.name for leaf in leaves(outputs, "out") if leaf.is_tensor or not self.flattens]


def attempt_trace(subject: Subject) -> Attempt:
    return _attempted(Attempt("trace"), subject, _trace)


def attempt_trace_again(subject: Subject, first: Attempt) -> Attempt | None:
    """A trace of the first call whose sizes the first trace does not follow; None if there is none.

    Sizes of 1 are often treated apart (no broadcast, no mask): a trace with 2 then follows eager at 1 too,
    while one with 1 does not follow it at 2.
    """
    wrong = {item.label for item in first.comparisons if item.status in ("differ", "raised")}
    shape_of = _shapes(subject.calls[0])
    declared = zip(subject.calls, subject.outputs, strict=True)
    tried = [(call.label or call.title, call, outputs) for call, outputs in declared]
    tried += [(probe.title, probe.call, probe.outputs) for probe in subject.probes if probe.accepted]
    for label, call, outputs in tried:
        if label in wrong and _shapes(call) != shape_of:
            again = Attempt("trace", example=(call, outputs), example_label=label)
            return _attempted(again, subject, _trace)
    return None


def _shapes(call: Call) -> list[torch.Size]:
    return [tensor.shape for tensor in call.tensors()]


def attempt_script(subject: Subject) -> Attempt:
    return _attempted(Attempt("script"), subject, _script)


def _attempted(attempt: Attempt, subject: Subject, capture: Callable[[Attempt, Subject], None]) -> Attempt:
    started = time.perf_counter()
    with collected_warnings() as notices:
        capture(attempt, subject)
    attempt.notices = notices
    if attempt.module is not None:
        if any(notice.code == "tracer_warning" for notice in notices):
            subject.probes += subject.redraw()
            subject.redraw = list  # once is enough
        _compare_all(attempt, subject)
    attempt.seconds = time.perf_counter() - started
    return attempt


def _trace(attempt: Attempt, subject: Subject) -> None:
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


def _script(attempt: Attempt, subject: Subject) -> None:
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


def _compare_all(attempt: Attempt, subject: Subject) -> None:
    """Fills in the comparisons; the first that is not the same is the reason."""
    for call, outputs in zip(subject.calls, subject.outputs, strict=True):
        _compare_one(attempt, subject, call, outputs, call.label or call.title)
    for probe in subject.probes:
        if probe.accepted:
            _compare_one(attempt, subject, probe.call, probe.outputs, probe.title, probe)
        else:
            attempt.comparisons.append(Comparison(probe.title, True, "refused", probe.error))
    wrong = [item for item in attempt.comparisons if item.status in ("differ", "raised")]
    attempt.status = "not_general" if wrong else "kept"
    if wrong:
        attempt.reason = _reason(wrong, attempt)


def _reason(wrong: list[Comparison], attempt: Attempt) -> str:
    first = next((item for item in wrong if not item.probe), wrong[0])
    more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
    text = f"it does not follow eager for {first.label}: {first.reason}{more}"
    branches = [notice for notice in attempt.notices if notice.is_branch]
    values = [notice for notice in attempt.notices if notice.code == "tracer_warning"]
    if branches:
        others = f" (and {len(branches) - 1} more like it)" if len(branches) > 1 else ""
        text += f"; the example decided the branch at {branches[0].place} `{branches[0].line}`{others}"
    elif values:
        text += f"; the example fixed a value at {values[0].place} `{values[0].line}`"
    return text


def _compare_one(
    attempt: Attempt, subject: Subject, call: Call, outputs: Any, label: str, probe: Probe | None = None
) -> None:
    try:
        # The plain executor: what profiling and fusion do to the results is for verification to find.
        with torch.jit.optimized_execution(False):
            answer = run(attempt.module, call, subject.device)
    except Exception as error:
        found = Comparison(status="raised", reason=f"it raises {_runtime_message(error)}")
    else:
        names = attempt.output_names(outputs) if attempt.flattens else []
        found = compare(attempt.arrange(outputs), answer, names, subject.tolerances)
    if found.status != "same" and probe is not None and not _eager_repeats(subject, probe):
        found = Comparison(status="refused", reason="eager itself answers otherwise when it is asked again")
    found.label, found.probe = label, probe is not None
    attempt.comparisons.append(found)


def _eager_repeats(subject: Subject, probe: Probe) -> bool:
    try:
        again = run(subject.model.module, probe.call, subject.device)
    except Exception:
        return False
    return compare(probe.outputs, again, [], subject.tolerances).status == "same"


def _runtime_message(error: BaseException) -> str:
    """The last line that TorchScript's interpreter says, which is the operator's own."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else type(error).__name__


def trace_submodules(model: LoadedModel, wanted: list[list[str]], device: str, seed: int) -> None:
    """Replaces submodules by their traces, so that what around them needs scripting can be scripted."""
    for position, (path, shape) in enumerate(wanted):
        try:
            part = model.module.get_submodule(path)
        except AttributeError as error:
            known = [name for name, _ in model.module.named_modules() if name]
            raise CaptureError(
                "usage",
                f"--trace-submodule {path}={shape}: '{model.class_name}' has no submodule '{path}'",
                did_you_mean(path, known),
            ) from error
        example = torch.empty(_sizes(path, shape), device="cpu")
        _tsctl.fill(example.data_ptr(), "float32", example.numel(), seed, position, None, None)
        try:
            with torch.no_grad(), collected_warnings():
                traced = torch.jit.trace(part, (example.to(device),), check_trace=False, strict=False)
        except Exception as error:
            raise CaptureError(
                "capture",
                f"the submodule '{path}' cannot be traced with {shape}: {describe(error)}",
                "check the shape given with --trace-submodule",
                user_traceback(error),
            ) from error
        parent, _, name = path.rpartition(".")
        setattr(model.module.get_submodule(parent), name, traced)


def _sizes(path: str, shape: str) -> list[int]:
    if shape == "scalar":
        return []
    if not re.fullmatch(r"\d+(x\d+)*", shape):
        raise CaptureError(
            "usage",
            f"--trace-submodule {path}={shape}: '{shape}' is not a shape of numbers",
            f"write --trace-submodule {path}=1x3x224x224",
        )
    return [int(size) for size in shape.split("x")]
