"""The user's model run as it is: the reference that every capture is held against."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch

from .calls import Call
from .comparison import Tolerances, compare
from .errors import CaptureError, describe, user_traceback
from .inputs import VALUE_CHANGES, changed_call, drawn_call
from .request import Request
from .source import LoadedModel
from .tracer_warnings import without_retirement_notices
from .values import map_tensors

_REDRAW_STREAMS = 1 << 20  # far beyond the streams that input sets use
# Draws in the search for an input that shows what a branch does: each as it is and with each change of values.
_SEARCH_DRAWS = 4
# Sizes beyond those one larger and one smaller that the search tries, as multiples of the given one.
_SEARCH_FACTORS = (2, 8)
_LARGEST_DRAWN = 1 << 24  # elements of a tensor that is drawn for it
_LARGEST_KEPT_BYTES = 16 << 20


@dataclass
class Probe:
    """A call beside the declared ones, with what eager answered; `error` when eager refused it."""

    call: Call
    title: str
    inputs: list[str] = field(default_factory=list)  # whose size was changed; none when only values differ
    axis: int = 0
    declared: int = 0
    joint: bool = False
    outputs: Any = None
    error: str = ""
    eager_s: float = 0.0

    @property
    def accepted(self) -> bool:
        return not self.error


def prepare_device(device: str, threads: int) -> None:
    torch.set_num_threads(max(1, threads))
    if not device.startswith("cuda"):
        return
    if not torch.cuda.is_available():
        raise CaptureError(
            "environment",
            f"the device '{device}' cannot be used: torch finds no CUDA device",
            "leave --device out",
        )
    # A reference must not be rounded to TF32.
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False


def run(model: Any, call: Call, device: str) -> Any:
    """Calls on copies of the arguments; the outputs come back as copies on the CPU."""
    fresh = call.fresh(device)
    with torch.no_grad(), without_retirement_notices():
        outputs = model(*fresh.args, **fresh.kwargs)
    return map_tensors(outputs, lambda tensor: tensor.detach().cpu().clone())


@dataclass
class Declared:
    """Eager's outputs for every declared set, and what forward writes to beside them."""

    outputs: list[Any] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)  # of each of them
    written_state: list[str] = field(default_factory=list)  # buffers and parameters
    written_attributes: list[str] = field(default_factory=list)  # of Python, put back afterwards
    writes_inputs: bool = False


def run_declared(model: LoadedModel, calls: Sequence[Call], device: str, tolerances: Tolerances) -> Declared:
    """Raises CaptureError{capture} for a set that the model refuses, and for a model that does not answer the
    same twice."""
    found = Declared()
    with state_put_back(model.module) as found.written_attributes:
        _run_all(model, calls, device, tolerances, found)
    return found


@contextmanager
def state_put_back(module: torch.nn.Module) -> Iterator[list[str]]:
    """Gives every submodule back the buffers and Python attributes that it had, and names the attributes that were
    assigned inside.

    A forward that counts its calls, or stores something on self, would otherwise leave what our many calls made of
    it for the file to hold.
    """
    attributes = {path: (part, dict(vars(part))) for path, part in module.named_modules()}
    buffers = [(part, name, tensor) for part in module.modules() for name, tensor in part._buffers.items()]
    contents = _copies([tensor for _, _, tensor in buffers if tensor is not None])
    written: list[str] = []
    try:
        yield written
    finally:
        for path, (part, before) in attributes.items():
            written += [f"{path}.{name}".lstrip(".") for name in _put_back(vars(part), before)]
        for part, name, tensor in buffers:
            part._buffers[name] = tensor
        for tensor, version, copy in contents:
            if tensor._version != version:
                with torch.no_grad():
                    tensor.copy_(copy)


def _copies(tensors: list[torch.Tensor]) -> list[tuple[torch.Tensor, int, torch.Tensor]]:
    """Each with its version and a copy of it; large ones are constants as a rule and would cost too much."""
    small = [item for item in tensors if item.nbytes <= _LARGEST_KEPT_BYTES and not item.is_inference()]
    return [(item, item._version, item.detach().clone()) for item in small]


def _put_back(now: dict[str, Any], before: dict[str, Any]) -> list[str]:
    changed = [name for name, value in now.items() if name not in before or before[name] is not value]
    for name in changed:
        if name in before:
            now[name] = before[name]
        else:
            del now[name]
    return changed


def _run_all(
    model: LoadedModel, calls: Sequence[Call], device: str, tolerances: Tolerances, found: Declared
) -> None:
    for call in calls:
        try:
            random_before = torch.get_rng_state()
            started = time.perf_counter()
            found.outputs.append(run(model.module, call, device))
            found.seconds.append(time.perf_counter() - started)
            if len(found.outputs) == 1:
                draws = not torch.equal(random_before, torch.get_rng_state())
                _run_again(model, call, device, tolerances, draws, found)
        except CaptureError:
            raise
        except (Exception, SystemExit) as error:
            raise CaptureError(
                "capture",
                f"'{model.class_name}' refuses {call.title} ({shapes(call)}): {describe(error)}",
                "the traceback is your code's; check shapes and dtypes given with --input",
                user_traceback(error),
            ) from error


def shapes(call: Call) -> str:
    """The tensors of a call in words: "1x3x224x224, mask 1x16 int64"."""

    def one(value: Any) -> str:
        if not isinstance(value, torch.Tensor):
            return type(value).__name__
        size = "x".join(str(n) for n in value.shape) or "scalar"
        return size if value.dtype == torch.float32 else f"{size} {str(value.dtype).removeprefix('torch.')}"

    return ", ".join(
        [*(one(value) for value in call.args), *(f"{k} {one(v)}" for k, v in call.kwargs.items())]
    )


def _versions(model: LoadedModel) -> dict[str, tuple[int, int]]:
    """Which tensor each buffer and parameter is, and how often it was written to."""
    named = [*model.module.named_buffers(), *model.module.named_parameters()]
    return {name: (id(tensor), tensor._version) for name, tensor in named if not tensor.is_inference()}


def _run_again(
    model: LoadedModel, call: Call, device: str, tolerances: Tolerances, draws: bool, found: Declared
) -> None:
    """The first set once more: the outputs must be the same, and what is written to is noted."""
    before = _versions(model)
    fresh = call.fresh(device)
    marks = [tensor._version for tensor in fresh.tensors()]
    with torch.no_grad(), without_retirement_notices():
        second = model.module(*fresh.args, **fresh.kwargs)
    found.writes_inputs = marks != [tensor._version for tensor in fresh.tensors()]
    found.written_state = [
        name for name, version in _versions(model).items() if version != before.get(name, version)
    ]
    compared = compare(found.outputs[0], second, [], tolerances)
    if compared.status == "same":
        return
    if draws:
        why, hint = "it draws random numbers in forward", "make it deterministic in eval mode"
    elif found.written_state:
        why = f"forward writes to {', '.join(found.written_state[:3])}"
        hint = "return new state instead of storing it"
    else:
        why, hint = "forward changes its own state", "return new state instead of storing it on self"
    raise CaptureError(
        "capture",
        f"'{model.class_name}' gives different outputs for the same input: {why} ({compared.reason})",
        hint,
    )


def plan_probes(request: Request, model: LoadedModel) -> list[Probe]:
    """Sizes that no --dim varies, then the declared sets with other values.

    The first set with every change of values and two more draws; each other set with one of these in turn, so that
    every set is run with more than one draw.
    """
    probes = []
    for item in request.probes:
        call = drawn_call(item["set"], request.seed)
        inputs = str(item["input"]).split("+")
        size, axis, declared = int(item["size"]), int(item["axis"]), int(item["declared"])
        changed = " and ".join(input_title(name, model) for name in inputs)
        title = f"{changed} axis {axis}: {size} instead of {declared}"
        probes.append(Probe(call, title, inputs, axis, declared, bool(item.get("joint"))))
    variants = [*((0, change) for change in VALUE_CHANGES), (1, ""), (2, "")]
    for position, drawn in enumerate(request.sets):
        turns = variants if position == 0 else [variants[(position - 1) % len(variants)]]
        probes += [_redrawn(request, position, turn, change) for turn, change in turns]
    return probes


def search_probes(request: Request, calls: Sequence[Call], sizes: Sequence[Probe]) -> Iterator[Probe]:
    """Further sizes and values, until one shows what a trace decided by its example.

    `sizes` are the probes that changed a size. Of data that was given the real numbers are changed, nothing else is
    known of it.
    """
    yield from _grown(request, sizes)
    for turn in range(3, 3 + _SEARCH_DRAWS):
        for position in range(len(request.sets)):
            for change in ("", *VALUE_CHANGES):
                yield _redrawn(request, position, turn, change)
    if not request.sets:
        for call in calls:
            for change, words in VALUE_CHANGES.items():
                yield Probe(changed_call(call, change), f"{call.label or 'the input set'} with {words}")


def _grown(request: Request, sizes: Sequence[Probe]) -> Iterator[Probe]:
    """The sizes of which eager took another value, much larger."""
    accepted = {
        (tuple(probe.inputs), probe.axis): probe for probe in sizes if probe.accepted and probe.inputs
    }
    for (inputs, axis), probe in accepted.items():
        for factor in _SEARCH_FACTORS:
            size = probe.declared * factor
            drawn = _resized(request.sets[0], inputs, axis, size)
            if max(math.prod(tensor["shape"]) for tensor in drawn["tensors"]) > _LARGEST_DRAWN:
                continue
            title = f"{probe.title.split(': ')[0]}: {size} instead of {probe.declared}"
            yield Probe(
                drawn_call(drawn, request.seed), title, list(inputs), axis, probe.declared, probe.joint
            )


def _resized(first: dict[str, Any], inputs: Sequence[str], axis: int, size: int) -> dict[str, Any]:
    tensors = []
    for position, tensor in enumerate(first["tensors"]):
        shape = list(tensor["shape"])
        if (tensor.get("name") or str(position)) in inputs:
            shape[axis] = size
        tensors.append({**tensor, "shape": shape})
    return {**first, "tensors": tensors}


def _redrawn(request: Request, position: int, turn: int, change: str) -> Probe:
    """A declared set with the values of draw `turn` (0: its own), changed."""
    drawn = request.sets[position]
    moved = [{**t, "stream": int(t.get("stream", 0)) + turn * _REDRAW_STREAMS} for t in drawn["tensors"]]
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
    """Marks what eager refuses before a GPU is involved: there, an index out of range ends CUDA for good."""
    for probe in probes:
        if probe.inputs:
            _answer(model, probe, "cpu")


def run_probes(model: LoadedModel, probes: Sequence[Probe], device: str) -> None:
    """Fills in what eager answers, or why it refuses."""
    with state_put_back(model.module):
        for probe in probes:
            if probe.accepted:
                _answer(model, probe, device)


def _answer(model: LoadedModel, probe: Probe, device: str) -> None:
    started = time.perf_counter()
    try:
        probe.outputs = run(model.module, probe.call, device)
    except (Exception, SystemExit) as error:
        probe.error = describe(error)
    probe.eager_s = time.perf_counter() - started


def split_single_probes(probes: Sequence[Probe]) -> tuple[list[Probe], list[Probe]]:
    """The probes that count, and those that changed one input alone where eager took the joint change.

    Inputs of the same size on the same axis share a dimension then (a batch, a sequence and its mask). Eager may take
    an odd one as well, because sizes of 1 broadcast or a mask is padded, but nobody means such a call.
    """
    joint = {
        (name, probe.axis) for probe in probes if probe.joint and probe.accepted for name in probe.inputs
    }

    def counts(probe: Probe) -> bool:
        return probe.joint or not probe.inputs or (probe.inputs[0], probe.axis) not in joint

    return [probe for probe in probes if counts(probe)], [probe for probe in probes if not counts(probe)]


def not_checked(probes: Sequence[Probe], model: LoadedModel) -> list[str]:
    """Sizes of which eager takes no other value, in words."""
    places = {(name, probe.axis): probe.declared for probe in probes for name in probe.inputs}
    covered = {(name, probe.axis) for probe in probes if probe.accepted for name in probe.inputs}
    return [
        f"axis {axis} of {input_title(name, model)} was only tried as {declared}: eager refuses other sizes"
        for (name, axis), declared in places.items()
        if (name, axis) not in covered
    ]
