"""Probes: calls with other sizes or values than the declared ones, and eager's outputs for them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import torch

from ..errors import describe
from ..model.calls import Call
from ..model.inputs import VALUE_CHANGES, changed_call, drawn_call
from ..model.source import LoadedModel
from ..request import CaptureRequest, DrawnTensor, InputSet
from ..vocabulary import ValueChange
from .eager import run, run_first
from .state import restored_state
from .time_limit import time_limit

_REDRAW_STREAMS = 1 << 20  # far beyond the streams that input sets use
# Draws in the search for an input that takes another branch: each unchanged and with every change of values.
_SEARCH_DRAWS = 4
# Further sizes that the search tries, as multiples of the declared one.
_SEARCH_FACTORS = (2, 8)
_LARGEST_DRAWN = 1 << 24  # elements of a tensor in the search
# A loop until convergence may not end with other values than the declared ones.
_LONGEST_PROBE_SECONDS = 10.0
_LONGEST_PROBE_FACTOR = 20.0


@dataclass
class Probe:
    """A call with eager's outputs, or with eager's error if it refused the call."""

    call: Call
    title: str
    inputs: list[str] = field(default_factory=list)  # with another size; empty if only values differ
    axis: int = 0
    declared: int = 0
    joint: bool = False
    outputs: Any = None
    error: str = ""
    eager_s: float = 0.0

    @property
    def accepted(self) -> bool:
        return not self.error


def plan_probes(request: CaptureRequest, model: LoadedModel) -> list[Probe]:
    """Probes of the sizes that no --dim varies, then of the declared sets with other values.

    The first set is probed with every change of values and two more draws; each other set with one of these
    in turn, so that every set runs with more than one draw.
    """
    probes = []
    for item in request.probes:
        call = drawn_call(item["set"], request.seed)
        inputs = str(item["input"]).split("+")
        size, axis, declared = int(item["size"]), int(item["axis"]), int(item["declared"])
        changed = " and ".join(input_title(name, model) for name in inputs)
        title = f"{changed} axis {axis}: {size} instead of {declared}"
        probes.append(Probe(call, title, inputs, axis, declared, bool(item.get("joint"))))
    plain = ValueChange.NONE
    variants = [*((0, change) for change in VALUE_CHANGES), (1, plain), (2, plain)]
    for position in range(len(request.sets)):
        turns = variants if position == 0 else [variants[(position - 1) % len(variants)]]
        probes += [_redrawn(request, position, turn, change) for turn, change in turns]
    return probes


def search_probes(
    request: CaptureRequest, calls: Sequence[Call], sizes: Sequence[Probe], limits: Sequence[int]
) -> Iterator[Probe]:
    """Further sizes and values, for a trace that may have decided something by its example.

    `sizes` are the probes that changed a size, `limits` are numbers with which the model compares sizes. In data
    from a file only floating-point values are changed, because the valid range of other values is unknown.
    """
    yield from _grown(request, sizes, limits)
    for turn in range(3, 3 + _SEARCH_DRAWS):
        for position in range(len(request.sets)):
            for change in (ValueChange.NONE, *VALUE_CHANGES):
                yield _redrawn(request, position, turn, change)
    if not request.sets:
        for call in calls:
            for change, words in VALUE_CHANGES.items():
                yield Probe(changed_call(call, change), f"{call.label or 'the input set'} with {words}")


def _grown(request: CaptureRequest, sizes: Sequence[Probe], limits: Sequence[int]) -> Iterator[Probe]:
    """Sizes at and above the limits, and much larger ones, on the axes where eager accepts other sizes."""
    at_limits = [size for limit in limits for size in (limit, limit + 1) if size > 0]
    yield from _at_limits(request, at_limits)
    for (inputs, axis), probe in _accepted_axes(sizes).items():
        for size in (*at_limits, *(probe.declared * factor for factor in _SEARCH_FACTORS)):
            drawn = resized(request.sets[0], inputs, axis, size)
            if max(math.prod(tensor["shape"]) for tensor in drawn["tensors"]) > _LARGEST_DRAWN:
                continue
            title = f"{probe.title.split(': ')[0]}: {size} instead of {probe.declared}"
            yield Probe(
                drawn_call(drawn, request.seed), title, list(inputs), axis, probe.declared, probe.joint
            )


def size_one_probes(request: CaptureRequest, sizes: Sequence[Probe]) -> Iterator[Probe]:
    """A size of 1 on each axis that varies, for a trace that may have lost an axis of this size."""
    if not request.sets:
        return
    axes = _accepted_axes(sizes)  # before the caller adds a probe of this function to `sizes`
    yield from _at_limits(request, [1])
    for (inputs, axis), probe in axes.items():
        title = f"{probe.title.split(': ')[0]}: 1 instead of {probe.declared}"
        call = drawn_call(resized(request.sets[0], inputs, axis, 1), request.seed)
        yield Probe(call, title, list(inputs), axis, probe.declared, probe.joint)


def _accepted_axes(sizes: Sequence[Probe]) -> dict[tuple[tuple[str, ...], int], Probe]:
    """A probe of each axis on which eager accepts another size, without those of named dimensions."""
    return {
        (tuple(probe.inputs), probe.axis): probe
        for probe in sizes
        if probe.accepted and probe.inputs and probe.declared
    }


def _at_limits(request: CaptureRequest, sizes: Sequence[int]) -> Iterator[Probe]:
    """Each named dimension at these sizes, which all inputs with it have."""
    for dim in dict.fromkeys(item["dim"] for item in request.named_sizes) if request.sets else ():
        places = [(item["input"], int(item["axis"])) for item in request.named_sizes if item["dim"] == dim]
        for size in sizes:
            drawn = request.sets[0]
            for name, axis in places:
                drawn = resized(drawn, [name], axis, size)
            if max(math.prod(tensor["shape"]) for tensor in drawn["tensors"]) <= _LARGEST_DRAWN:
                inputs = [name for name, _ in places]
                yield Probe(drawn_call(drawn, request.seed), f"{dim}={size}", inputs, places[0][1])


def resized(first: InputSet, inputs: Sequence[str], axis: int, size: int) -> InputSet:
    """The set with another size of one axis; an input is named, or numbered by its position."""
    tensors = []
    for position, tensor in enumerate(first["tensors"]):
        shape = list(tensor["shape"])
        if (tensor.get("name") or str(position)) in inputs:
            shape[axis] = size
        tensors.append(_with(tensor, shape=shape))
    return {"label": first.get("label", ""), "tensors": tensors}


def _with(tensor: DrawnTensor, **changes: Any) -> DrawnTensor:
    return cast("DrawnTensor", {**tensor, **changes})


def _redrawn(request: CaptureRequest, position: int, turn: int, change: ValueChange) -> Probe:
    """A declared set with the values of draw `turn` (0: its own draw) and a change of values."""
    drawn = request.sets[position]
    moved = [
        _with(tensor, stream=tensor.get("stream", 0) + turn * _REDRAW_STREAMS) for tensor in drawn["tensors"]
    ]
    call = drawn_call({"label": drawn.get("label", ""), "tensors": moved}, request.seed, change)
    title = drawn.get("label") or ("the first set" if len(request.sets) > 1 else "the input set")
    draw = f" (draw {turn})" if turn else ""
    return Probe(call, f"{title} with {VALUE_CHANGES.get(change, 'other values')}{draw}")


def input_title(name: str, model: LoadedModel) -> str:
    if not name.isdigit():
        return f"input {name}"
    known = list(model.signature.parameters) if model.signature is not None else []
    return f"input {known[int(name)]}" if int(name) < len(known) else f"input {name}"


def screen_on_cpu(model: LoadedModel, probes: Sequence[Probe]) -> None:
    """Runs probes of other sizes on the CPU first: on a GPU an index out of range ends CUDA for good."""
    for probe in probes:
        if probe.inputs:
            _run_probe(model, probe, "cpu", run)


class Budget:
    """Seconds that are spent once both the clock and the CPU have passed them.

    On a busy host the clock alone says little, and on many cores the CPU's time alone.
    """

    def __init__(self, seconds: float) -> None:
        self._until = [(clock, clock() + seconds) for clock in (time.perf_counter, time.process_time)]

    @property
    def is_spent(self) -> bool:
        return all(clock() >= until for clock, until in self._until)


def run_probes(
    model: LoadedModel,
    probes: Iterable[Probe],
    device: str,
    keeps_state: bool = False,
    declared_s: float = 0.0,
    budget: Budget | None = None,
) -> int:
    """Fills in eager's outputs, or the error with which it refuses the call; returns how many were run.

    Each call of a model that keeps state is a first call. A call that takes far longer than the declared sets, of
    which one takes `declared_s`, is refused.
    """
    longest_s = _LONGEST_PROBE_SECONDS + _LONGEST_PROBE_FACTOR * declared_s * torch.get_num_threads()
    done = 0
    with restored_state(model.module):
        for probe in probes:
            if budget is not None and budget.is_spent:
                break
            done += 1
            if probe.accepted:
                _run_probe(model, probe, device, run_first if keeps_state else run, longest_s)
    return done


def _run_probe(
    model: LoadedModel, probe: Probe, device: str, run_one: Callable[..., Any], longest_s: float = math.inf
) -> None:
    started = time.perf_counter()
    try:
        with time_limit(longest_s):
            probe.outputs = run_one(model.module, probe.call, device)
    except (Exception, SystemExit) as error:
        probe.error = describe(error)
    probe.eager_s = time.perf_counter() - started


def split_single_probes(probes: Sequence[Probe]) -> tuple[list[Probe], list[Probe]]:
    """The probes that count, and those that changed one input alone although eager accepts the joint change.

    Inputs that accept a joint change share a dimension (a batch, a sequence and its mask). Eager may accept a
    change of one of them too, because sizes of 1 broadcast or a mask is padded; such calls are not realistic.
    """
    joint = {
        (name, probe.axis) for probe in probes if probe.joint and probe.accepted for name in probe.inputs
    }

    def counts(probe: Probe) -> bool:
        return probe.joint or not probe.inputs or (probe.inputs[0], probe.axis) not in joint

    return [probe for probe in probes if counts(probe)], [probe for probe in probes if not counts(probe)]


def not_checked(probes: Sequence[Probe], model: LoadedModel) -> list[str]:
    """The sizes that could not be varied because eager refuses other sizes, in words."""
    places = {(name, probe.axis): probe.declared for probe in probes for name in probe.inputs}
    covered = {(name, probe.axis) for probe in probes if probe.accepted for name in probe.inputs}
    return [
        f"axis {axis} of {input_title(name, model)} was only tried as {declared}: eager refuses other sizes"
        for (name, axis), declared in places.items()
        if (name, axis) not in covered
    ]
