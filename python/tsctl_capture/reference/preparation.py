"""The user's model built and run eagerly on the declared input sets: the first steps of several jobs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from ..events import Events, with_progress
from ..model.adapters import dropped_outputs
from ..model.calls import Call
from ..model.inputs import calls_of, check_calls
from ..model.source import LoadedModel, load_model
from ..model.values import leaves
from ..request import ModelRequest
from ..results import JobWarning
from ..vocabulary import WarningCode
from .comparison import Tolerances
from .eager import Declared, run_declared

_SHOWN = 3


@dataclass
class Prepared:
    """A model in eval mode on the CPU, and the calls of the declared sets, which fit its forward."""

    model: LoadedModel
    calls: list[Call]
    build_s: float


def prepare(request: ModelRequest, events: Events) -> Prepared:
    """Raises CaptureError for a model that cannot be built and for inputs that do not fit it."""
    events.progress(f"building {request.source.text or request.source.name}")
    started = time.perf_counter()
    model = load_model(request.source, request.seed)
    build_s = time.perf_counter() - started
    calls = calls_of(request)
    check_calls(calls, model)
    return Prepared(model, calls, build_s)


def run_prepared(
    prepared: Prepared, device: str, tolerances: Tolerances, events: Events, may_change: bool = False
) -> Declared:
    """Eager's outputs; the model is on `device` already."""
    count = len(prepared.calls)
    text = f"running eager on {count} input set{'s' if count > 1 else ''}"
    steps = with_progress(prepared.calls, text, events)
    return run_declared(prepared.model, steps, device, tolerances, may_change)


def eager_warnings(
    source: str, model: LoadedModel, calls: Sequence[Call], declared: Declared
) -> list[JobWarning]:
    """What a user should know about the model and about what eager did. `source` is SOURCE as given."""
    found: list[tuple[WarningCode, str]] = []
    for name in dropped_outputs(declared.outputs[0]):
        text = f"TorchScript has no type for {name}: the file does not return it"
        found.append((WarningCode.OUTPUT_LEFT_OUT, text))
    found += [(WarningCode.PREPARED, note) for note in model.notes]
    if declared.change:
        text = (
            f"the outputs of '{source}' change from call to call: {declared.change}; call k of a candidate is "
            "compared with its call k, both from a fresh start and one seed"
        )
        found.append((WarningCode.STATE_WRITTEN, text))
    elif declared.written_state:
        names = ", ".join(declared.written_state[:_SHOWN])
        more = ", …" if len(declared.written_state) > _SHOWN else ""
        text = f"forward writes to {names}{more}, as does every call of the file"
        found.append((WarningCode.STATE_WRITTEN, text))
    if declared.written_attributes:
        names = ", ".join(declared.written_attributes[:_SHOWN])
        text = f"forward stores {names}" + ("" if "(global)" in names else " on the model")
        found.append((WarningCode.ATTRIBUTE_WRITTEN, text))
    if declared.writes_inputs:
        found.append((WarningCode.INPUT_WRITTEN, "forward writes into its inputs, as does the file"))
    for call, outputs in zip(calls, declared.outputs, strict=True):
        if any(leaf.is_tensor and not _finite(leaf.value) for leaf in leaves(outputs, "out")):
            text = f"eager's outputs for {call.title} hold NaN or Inf"
            found.append((WarningCode.EAGER_NOT_FINITE, text))
    return [{"code": code, "text": text} for code, text in found]


def _finite(tensor: torch.Tensor) -> bool:
    return not (tensor.is_floating_point() or tensor.is_complex()) or bool(torch.isfinite(tensor).all())
