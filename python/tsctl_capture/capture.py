"""Which way of capturing is kept: a trace that follows eager everywhere, otherwise a script that does."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator
from typing import Any

import torch

from .adapters import dropped_outputs
from .arm import compiled
from .choosing import Chosen, choose
from .comparison import tolerances_from_dict
from .eager import (
    Declared,
    not_checked,
    plan_probes,
    prepare_device,
    run_declared,
    run_probes,
    screen_on_cpu,
    search_probes,
    split_single_probes,
)
from .generality import fixed_text
from .input_adapter import argument_names, named_arguments
from .inputs import calls_of, check_calls, inputs_sha256
from .mixed import check_division
from .output_adapter import keeps_structure
from .request import Request
from .runtime_arm import answers
from .runtimes import runtime_named
from .source import LoadedModel, load_model
from .subject import Attempt, Subject
from .tensor_file import write_tensor_file
from .tuning import apply_tuning, tuning_warnings
from .values import is_plain, leaves, structure_of


def empty_result() -> dict[str, Any]:
    """The members of core's CaptureResult."""
    return {
        "mode": "",
        "status": "captured",
        "failure": None,
        "difference": None,
        "attempts": [],
        "not_checked": [],
        "generality": [],
        "submodules": [],
        "class_name": "",
        "adapter": "",
        "was_training": False,
        "parameter_count": 0,
        "parameter_bytes": 0,
        "parameters": [],
        "output_names": [],
        "input_structure": "",
        "output_structure": "",
        "input_labels": [],
        "inputs_sha256": "",
        "torch_version": torch.__version__.split("+")[0],
        "python_version": platform.python_version(),
        "build_s": 0.0,
        "eager_s": 0.0,
        "save_s": 0.0,
        "warnings": [],
    }


def _prepare(request: Request, events: Any) -> tuple[LoadedModel, Subject]:
    """Builds the model and runs it eagerly on every declared set."""
    prepare_device(request.device, request.threads)
    reason = "" if request.runtime else apply_tuning(request.tuning, request.device)
    events.progress(f"building {request.source.text or request.source.name}")
    started = time.perf_counter()
    model = load_model(request.source, request.seed)
    build_s = time.perf_counter() - started
    calls = calls_of(request)
    check_calls(calls, model)
    probes = plan_probes(request, model)
    if request.device != "cpu":
        screen_on_cpu(model, probes)
        model.module.to(request.device)
    if request.compile:
        model.module = compiled(model.module)
    tolerances = tolerances_from_dict(request.tolerance)
    events.progress(f"running eager on {len(calls)} input set{'s' if len(calls) > 1 else ''}")
    declared = run_declared(model, calls, request.device, tolerances)
    subject = Subject(model, calls, declared.outputs, request.device, tolerances, probes)
    subject.eager_s, subject.build_s = declared.seconds, build_s
    subject.dims = {(item["input"], int(item["axis"])): item["dim"] for item in request.named_sizes}
    subject.warnings = _warnings(subject, declared) + tuning_warnings(reason)
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
    result["input_structure"] = structure_of(named_arguments(model, subject.calls[0]))
    result["output_structure"] = structure_of(subject.outputs[0])
    result["build_s"], result["eager_s"] = subject.build_s, sum(subject.eager_s)
    result["warnings"] = list(subject.warnings)
    return result


def _warnings(subject: Subject, declared: Declared) -> list[dict[str, str]]:
    found = []
    for name in dropped_outputs(subject.outputs[0]):
        found.append(("output_left_out", f"TorchScript has no type for {name}: the file does not return it"))
    found += [("prepared", note) for note in subject.model.notes]
    if declared.written_state:
        names = ", ".join(declared.written_state[:3]) + (", …" if len(declared.written_state) > 3 else "")
        found.append(("state_written", f"forward writes to {names}: so does every call of the file"))
    if declared.written_attributes:
        names = ", ".join(declared.written_attributes[:3])
        found.append(("attribute_written", f"forward stores {names} on the model: the file does not"))
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
    if request.runtime:
        runtime_named(request.runtime)  # before anything takes time
    model, subject = _prepare(request, events)
    result = _described(request, model, subject)
    outputs = subject.outputs
    if request.runtime:
        outputs, reason = answers(request, model.module, subject.calls, outputs, model.class_name, events)
        result["warnings"] += tuning_warnings(reason)
    traced = request.mode == "trace" and not (is_plain(outputs[0]) or keeps_structure(outputs[0]))
    form = Attempt("trace", flattens=traced or bool(dropped_outputs(outputs[0])))
    result["output_names"] = form.output_names(outputs[0])
    names = argument_names(model, subject.calls[0])
    write_tensor_file(request.tensors_path, subject.calls, form.arranged(outputs), names)
    return result


def run_capture_job(request: Request, events: Any) -> dict[str, Any]:
    """Where no way gives a module, the result says why in "failure"; one that does not follow eager everywhere has
    the status "not_general"."""
    check_division(request)
    model, subject = _prepare(request, events)
    result = _described(request, model, subject)
    events.progress("probing other sizes and values")
    run_probes(model, subject.probes, request.device)
    subject.probes, subject.singles = split_single_probes(subject.probes)
    result["not_checked"] = not_checked(subject.probes, model)

    def search() -> Iterator[Any]:
        events.progress("searching for an input that shows what the trace decided")
        for probe in search_probes(request, subject.calls, subject.probes):
            run_probes(model, [probe], request.device)
            yield probe

    subject.search = search
    chosen = choose(request, subject, events)
    result["attempts"] = [attempt.as_dict() for attempt in chosen.attempts]
    result["eager_s"] = sum(subject.eager_s) + sum(probe.eager_s for probe in subject.probes)
    if chosen.failure is not None:
        failure = chosen.failure
        result["failure"] = {"message": failure.message, "hint": failure.hint, "detail": failure.detail}
        result["status"] = "failed"
        return result
    names = argument_names(subject.model, subject.calls[0])
    outputs = chosen.kept.arranged(subject.outputs)
    write_tensor_file(request.tensors_path, subject.calls, outputs, names)
    _describe_chosen(result, chosen, subject)
    return result


def _describe_chosen(result: dict[str, Any], chosen: Chosen, subject: Subject) -> None:
    kept = chosen.kept
    result["mode"], result["adapter"] = kept.mode, kept.adapter
    result["status"] = "captured" if kept.status == "kept" else "not_general"
    result["generality"] = [entry.as_dict() for entry in kept.generality]
    result["submodules"] = kept.submodules
    result["save_s"] = chosen.save_s
    result["output_names"] = kept.output_names(subject.outputs[0])
    result["parameters"] = _parameters(kept.module)
    result["warnings"] += [{"code": code, "text": text} for code, text in _notes(kept)]


def _notes(kept: Attempt) -> Iterator[tuple[str, str]]:
    """What a user of the file should know, by code."""
    if kept.example_label:
        yield (
            "other_example",
            f"the model was traced with {kept.example_label}: a trace of the first input set is not general",
        )
    if kept.left_out:
        yield (
            "export_left_out",
            f"the file does not hold what is exported beside forward: {', '.join(kept.left_out)}",
        )
    if kept.status == "kept" and any(notice.decides for notice in kept.notices) and kept.mode == "trace":
        yield (
            "decided_by_example",
            f"the trace decided by its example at {kept.deciding_places}; none of {len(kept.comparisons)} inputs that were tried "
            "shows a difference",
        )
    if kept.status == "kept":
        for entry in kept.generality:
            if entry.status == "fixed":
                yield "size_fixed", f"{fixed_text(entry)}: the file refuses other sizes"
    tied = [item for item in kept.baked if item.kind == "device" and item.origin == "tensor"]
    for device in dict.fromkeys(item.value for item in tied):
        places = list(dict.fromkeys(item.place for item in tied if item.value == device))
        more = f" and {len(places) - 3} more" if len(places) > 3 else ""
        yield (
            "tied_to_device",
            f"the file is tied to {device}: the trace keeps the device at {', '.join(places[:3])}{more}",
        )


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
