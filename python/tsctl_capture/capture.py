"""Which way of capturing is kept: a trace that follows eager everywhere, otherwise a script that does."""

from __future__ import annotations

import platform
from typing import Any

import torch

from .adapters import dropped_outputs, keeps_structure
from .attempts import attempt_script, attempt_trace, attempt_trace_again
from .comparison import tolerances_from_dict
from .eager import (
    Declared,
    drop_single_probes,
    not_checked,
    plan_probes,
    prepare_device,
    redraws,
    run_declared,
    run_probes,
    screen_on_cpu,
)
from .errors import CaptureError
from .input_adapter import argument_names, fixes_values
from .inputs import calls_of, check_calls, inputs_sha256
from .request import Request
from .saving import save_module
from .source import LoadedModel, load_model
from .subject import Attempt, Subject
from .submodules import trace_submodules
from .tensor_file import write_tensor_file
from .values import is_plain, leaves


def empty_result() -> dict[str, Any]:
    """The members of core's CaptureResult."""
    return {
        "mode": "",
        "status": "captured",
        "attempts": [],
        "not_checked": [],
        "class_name": "",
        "adapter": "",
        "was_training": False,
        "parameter_count": 0,
        "parameter_bytes": 0,
        "parameters": [],
        "output_names": [],
        "input_labels": [],
        "inputs_sha256": "",
        "torch_version": torch.__version__.split("+")[0],
        "python_version": platform.python_version(),
        "warnings": [],
    }


def _prepare(request: Request, events: Any) -> tuple[LoadedModel, Subject]:
    """Builds the model and runs it eagerly on every declared set."""
    prepare_device(request.device, request.threads)
    events.progress(f"building {request.source.text or request.source.name}")
    model = load_model(request.source, request.seed)
    calls = calls_of(request)
    check_calls(calls, model)
    probes = plan_probes(request, model)
    if request.device != "cpu":
        screen_on_cpu(model, probes)
        model.module.to(request.device)
    tolerances = tolerances_from_dict(request.tolerance)
    events.progress(f"running eager on {len(calls)} input set{'s' if len(calls) > 1 else ''}")
    declared = run_declared(model, calls, request.device, tolerances)
    subject = Subject(model, calls, declared.outputs, request.device, tolerances, probes)
    subject.warnings = _warnings(subject, declared)
    return model, subject


def _described(request: Request, model: LoadedModel, subject: Subject) -> dict[str, Any]:
    result = empty_result()
    parameters = list(model.module.parameters())
    result["class_name"] = model.class_name
    result["was_training"] = model.was_training
    result["parameter_count"] = sum(parameter.numel() for parameter in parameters)
    result["parameter_bytes"] = sum(parameter.numel() * parameter.element_size() for parameter in parameters)
    result["input_labels"] = [call.label for call in subject.calls]
    if request.inputs_file:
        result["inputs_sha256"] = inputs_sha256(request.inputs_file)
    result["warnings"] = list(subject.warnings)
    return result


def _warnings(subject: Subject, declared: Declared) -> list[dict[str, str]]:
    found = []
    for name in dropped_outputs(subject.outputs[0]):
        found.append(("output_left_out", f"TorchScript has no type for {name}: the file does not return it"))
    if declared.written_state:
        names = ", ".join(declared.written_state[:3]) + (", …" if len(declared.written_state) > 3 else "")
        found.append(("state_written", f"forward writes to {names}: so does every call of the file"))
    if declared.writes_inputs:
        found.append(("input_written", "forward writes into its inputs: so does the file"))
    for call, outputs in zip(subject.calls, subject.outputs, strict=True):
        if any(leaf.is_tensor and not _finite(leaf.value) for leaf in leaves(outputs, "out")):
            found.append(("eager_not_finite", f"eager's outputs for {call.title} hold NaN or Inf"))
    return [{"code": code, "text": text} for code, text in found]


def _finite(tensor: torch.Tensor) -> bool:
    return not (tensor.is_floating_point() or tensor.is_complex()) or bool(torch.isfinite(tensor).all())


def run_eager_job(request: Request, events: Any) -> dict[str, Any]:
    """Eager's outputs in the tensor file. Mode "trace" gives them the structure that a trace returns."""
    model, subject = _prepare(request, events)
    result = _described(request, model, subject)
    outputs = subject.outputs
    traced = request.mode == "trace" and not (is_plain(outputs[0]) or keeps_structure(outputs[0]))
    form = Attempt("trace", flattens=traced or bool(dropped_outputs(outputs[0])))
    result["output_names"] = form.output_names(outputs[0])
    names = argument_names(model, subject.calls[0])
    write_tensor_file(request.tensors_path, subject.calls, form.arranged(outputs), names)
    return result


def run_capture_job(request: Request, events: Any) -> dict[str, Any]:
    """Raises CaptureError{capture} when no way gives a module; one that does not follow eager everywhere is
    a result with status "not_general"."""
    if request.trace_submodules and request.mode == "trace":
        raise CaptureError(
            "usage",
            "--trace-submodule belongs to scripting, the mode is trace",
            "leave out --mode, or --trace-submodule",
        )
    model, subject = _prepare(request, events)
    result = _described(request, model, subject)
    events.progress("probing other sizes")
    run_probes(model, subject.probes, request.device)
    subject.probes = drop_single_probes(subject.probes)
    result["not_checked"] = not_checked(subject.probes, model)

    def redraw() -> list[Any]:
        more = redraws(request)
        run_probes(model, more, request.device)
        return more

    subject.redraw = redraw
    attempts = _attempts(request, subject, events)
    kept = _chosen(request, attempts)
    _write(request, subject, kept, events)
    result["attempts"] = [attempt.as_dict() for attempt in attempts]
    result["mode"], result["adapter"] = kept.mode, kept.adapter
    if kept.example_label:
        text = (
            f"the model was traced with {kept.example_label}: a trace of the first input set is not general"
        )
        result["warnings"].append({"code": "other_example", "text": text})
    if kept.left_out:
        text = f"the file does not hold what is exported beside forward: {', '.join(kept.left_out)}"
        result["warnings"].append({"code": "export_left_out", "text": text})
    result["status"] = "captured" if kept.status == "kept" else "not_general"
    result["output_names"] = kept.output_names(subject.outputs[0])
    result["parameters"] = _parameters(kept.module)
    return result


def _attempts(request: Request, subject: Subject, events: Any) -> list[Attempt]:
    """What was tried, the last of them kept if any is. A kept one has been saved."""
    attempts: list[Attempt] = []
    ways = [_try_trace, _try_script]
    if request.mode == "automatic" and fixes_values(subject.calls[0]):
        ways.reverse()  # a trace would keep the values of what is no tensor
    for way in ways:
        if not (attempts and attempts[-1].status == "kept"):
            attempts += way(request, subject, events)
    last = attempts[-1]
    if last.status == "kept":
        events.progress("writing the captured module")
        try:
            save_module(last.module, request.model_path)
        except CaptureError as error:
            if error.kind != "capture":
                raise
            last.status, last.reason, last.detail, last.hint = (
                "failed",
                error.message,
                error.detail,
                error.hint,
            )
    return attempts


def _try_trace(request: Request, subject: Subject, events: Any) -> list[Attempt]:
    if request.mode == "script" or request.trace_submodules:
        return []
    events.progress("tracing")
    first = attempt_trace(subject)
    again = attempt_trace_again(subject, first) if first.status == "not_general" else None
    return [first] if again is None else [first, again]


def _try_script(request: Request, subject: Subject, events: Any) -> list[Attempt]:
    if request.mode == "trace":
        return []
    if request.trace_submodules:
        trace_submodules(subject.model, request.trace_submodules, request.device, request.seed)
    events.progress("scripting")
    return [attempt_script(subject)]


def _chosen(request: Request, attempts: list[Attempt]) -> Attempt:
    """The kept attempt, or the first that at least gave a module. Raises CaptureError if there is none."""
    for status in ("kept", "not_general"):
        for attempt in attempts:
            if attempt.status == status:
                return attempt
    name = request.source.text or request.source.name
    hints = [attempt.hint for attempt in attempts if attempt.hint]
    if len(attempts) == 1:
        verb = "traced" if attempts[0].mode == "trace" else "scripted"
        raise CaptureError(
            "capture",
            f"'{name}' cannot be {verb}: {attempts[0].reason}",
            "".join(hints[:1]),
            attempts[0].detail,
        )
    detail = "\n\n".join(
        f"{attempt.mode}: {attempt.reason}" + (f"\n{attempt.detail}" if attempt.detail else "")
        for attempt in attempts
    )
    reasons = "; ".join(f"{attempt.mode}: {attempt.reason}" for attempt in attempts)
    raise CaptureError(
        "capture", f"'{name}' can be neither traced nor scripted ({reasons})", _hint_for_both(attempts), detail
    )


def _hint_for_both(attempts: list[Attempt]) -> str:
    """Each way's own hint is the other way, which failed too, unless a method in Python is what stands in the way."""
    ignored = next((attempt.hint for attempt in attempts if "@torch.jit.unused" in attempt.hint), "")
    return ignored or (
        "write what neither can follow in another way, or trace the part that has no branches: "
        "--trace-submodule PATH=SHAPE"
    )


def _write(request: Request, subject: Subject, kept: Attempt, events: Any) -> None:
    if kept.status != "kept":
        events.progress("writing the captured module")
        save_module(kept.module, request.model_path)  # for --keep-failed
    names = argument_names(subject.model, subject.calls[0])
    write_tensor_file(request.tensors_path, subject.calls, kept.arranged(subject.outputs), names)


def _parameters(module: torch.jit.ScriptModule) -> list[dict[str, Any]]:
    return [
        {
            "name": argument.name,
            "type": argument.type.annotation_str,
            "has_default": argument.has_default_value(),
        }
        for argument in module.forward.schema.arguments
        if argument.name != "self"
    ]
