"""The user's model run eagerly: the reference for every capture."""

from __future__ import annotations

import copy
import random
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import torch
from torch.nn.modules.lazy import LazyModuleMixin

from ..errors import DECLARED_INPUTS, CaptureError, described_with_place, user_traceback
from ..model.calls import Call
from ..model.dtypes import dtype_text
from ..model.input_adapter import named_arguments
from ..model.signature import items_hint
from ..model.source import LoadedModel
from ..model.values import map_tensors
from ..retirement_notices import without_retirement_notices
from ..vocabulary import ComparisonStatus, ErrorKind
from .comparison import Tolerances, compare
from .known_refusals import explained
from .outside import held_generators, watched_readings
from .state import is_compiled, restored_state

COMPARED_CALLS = (1, 2, 3, 10)  # core's kComparedCalls
_SLOW_CALL_SECONDS = 2.0  # further calls of such a model only look for a change where the first two show one


def prepare_device(device: str, threads: int) -> None:
    torch.set_num_threads(max(1, threads))
    if not device.startswith("cuda"):
        return
    if not torch.cuda.is_available():
        raise CaptureError(
            ErrorKind.ENVIRONMENT,
            f"the device '{device}' cannot be used: torch finds no CUDA device",
            "leave --device out",
        )
    # TF32 would round the reference.
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False


def run(model: Any, call: Call, device: str) -> Any:
    """Calls the model on copies of the arguments and returns copies of the outputs on the CPU."""
    fresh = call.fresh(device)
    with torch.no_grad(), without_retirement_notices():
        outputs = model(*fresh.args, **fresh.kwargs)
    return map_tensors(outputs, lambda tensor: tensor.detach().cpu().clone())


@dataclass
class Declared:
    """Eager's outputs for every declared set, and the side effects of forward."""

    outputs: list[Any] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)  # of each set
    written_state: list[str] = field(default_factory=list)  # buffers and parameters
    # Other attributes, and what only the first call writes to; restored afterwards.
    written_attributes: list[str] = field(default_factory=list)
    writes_inputs: bool = False
    draws: bool = False  # random numbers of torch
    change: str = ""  # why the outputs of two calls with the same inputs differ; empty if they do not

    @property
    def keeps_state(self) -> bool:
        """Whether later calls have to be compared too."""
        return bool(self.change or self.written_state or self.draws)


def run_declared(
    model: LoadedModel,
    calls: Iterable[Call],
    device: str,
    tolerances: Tolerances,
    may_change: bool = False,
) -> Declared:
    """Raises CaptureError{capture} if the model raises.

    It raises too if the outputs differ between two calls; with `may_change`, the result says why they do.
    """
    found = Declared()
    calls = list(calls)
    _initialize(model, calls, device)
    with restored_state(model.module) as found.written_attributes:
        _run_all(model, calls, device, tolerances, found)
    found.written_attributes = [
        name for name in found.written_attributes if name not in (*found.written_state, *_recomputed(model))
    ]
    if found.written_attributes and not found.keeps_state:
        found.change = _late_change(model, calls[0], device, tolerances, found)
    if found.change and not may_change:
        hint = "return new state instead of storing it on self"
        if found.change.startswith("it "):  # it draws random numbers, or reads a clock
            hint = "make it deterministic in eval mode"
        raise CaptureError(
            ErrorKind.CAPTURE,
            f"'{model.class_name}' gives different outputs for the same input: {found.change}",
            hint,
        )
    return found


def _late_change(model: LoadedModel, call: Call, device: str, tolerances: Tolerances, found: Declared) -> str:
    """Why a later call than the second differs, as with a counter that has reached a limit; empty if none does."""
    if found.seconds[0] > _SLOW_CALL_SECONDS:
        return ""
    try:
        first, *others = run_every_call(model.module, [call], device)
    except (Exception, SystemExit):
        return ""  # what forward stores may be full
    for other in others:
        compared = compare(first.outputs, other.outputs, [], tolerances)
        if compared.status != ComparisonStatus.SAME:
            names = ", ".join(found.written_attributes[:3])
            return f"forward stores {names} ({compared.reason} in call {other.number})"
    return ""


def _recomputed(model: LoadedModel) -> set[str]:
    """The weights that torch.nn.utils.weight_norm and spectral_norm compute before every call."""
    return {
        f"{path}.{hook.name}".lstrip(".")
        for path, part in model.module.named_modules()
        for hook in part._forward_pre_hooks.values()
        if type(hook).__module__.startswith("torch.nn.utils.") and hasattr(hook, "name")
    }


def _initialize(model: LoadedModel, calls: list[Call], device: str) -> None:
    """Lets lazy modules make their parameters, which is no change of state."""
    is_lazy = any(
        isinstance(part, LazyModuleMixin) and part.has_uninitialized_params()
        for part in model.module.modules()
    )
    if is_lazy and calls:
        with suppress(Exception, SystemExit):  # the call that follows says why
            run(model.module, calls[0], device)


@dataclass
class NumberedCall:
    """The outputs of the `number`-th call of a set after a fresh start."""

    call: Call
    number: int
    outputs: Any


def run_every_call(module: torch.nn.Module, calls: Sequence[Call], device: str) -> list[NumberedCall]:
    """COMPARED_CALLS of each set; each set begins with a fresh start."""
    found = []
    for call in calls:
        with fresh_start(module) as started:
            for number in range(1, COMPARED_CALLS[-1] + 1):
                outputs = run(started, call, device)
                if number in COMPARED_CALLS:
                    found.append(NumberedCall(call, number, outputs))
    return found


def run_sequence(module: torch.nn.Module, calls: Sequence[Call], device: str) -> list[Any]:
    """The outputs of the calls one after the other, from a fresh start."""
    with fresh_start(module) as started:
        return [run(started, call, device) for call in calls]


@contextmanager
def fresh_start(module: torch.nn.Module) -> Iterator[torch.nn.Module]:
    """Yields the module as it is now, with the seed that the engine gives to the first call of a file.

    Nothing that calls store in it stays.
    """
    torch.manual_seed(0)
    if is_compiled(module):
        yield copy.deepcopy(module)  # its numbers and tensors cannot be listed
        return
    with restored_state(module):
        yield module


def run_first(module: torch.nn.Module, call: Call, device: str) -> Any:
    """The outputs of the first call after a fresh start."""
    with fresh_start(module) as started:
        return run(started, call, device)


def _run_all(
    model: LoadedModel, calls: Iterable[Call], device: str, tolerances: Tolerances, found: Declared
) -> None:
    for call in calls:
        try:
            random_before = _random_states()
            started = time.perf_counter()
            found.outputs.append(run(model.module, call, device))
            found.seconds.append(time.perf_counter() - started)
            if len(found.outputs) == 1:
                states = _random_states()
                draws, found.draws = random_before != states, random_before[0] != states[0]
                _run_again(model, call, device, tolerances, draws, found)
        except CaptureError:
            raise
        except (Exception, SystemExit) as error:
            why, hint, detail = explained(error, model.module) or (
                described_with_place(error),
                items_hint(model.signature, named_arguments(model, call))
                or f"check shapes, dtypes and ranges: {DECLARED_INPUTS}; -v shows the traceback",
                user_traceback(error),
            )
            message = f"'{model.class_name}' refuses {call.title} ({shapes(call)}): {why}"
            raise CaptureError(ErrorKind.CAPTURE, message, hint, detail) from error


def _random_states() -> list[Any]:
    """The states of the generators of torch, Python and numpy, to compare."""
    states: list[Any] = [torch.get_rng_state().tolist(), random.getstate()]
    if "numpy.random" in sys.modules:
        kind, keys, *rest = sys.modules["numpy.random"].get_state()
        states.append((kind, keys.tolist(), *rest))
    return states


def shapes(call: Call) -> str:
    """The tensors of a call in words: "1x3x224x224, mask 1x16 int64"."""

    def one(value: Any) -> str:
        if not isinstance(value, torch.Tensor):
            return type(value).__name__
        size = "x".join(str(n) for n in value.shape) or "scalar"
        return size if value.dtype == torch.float32 else f"{size} {dtype_text(value.dtype)}"

    return ", ".join(
        [*(one(value) for value in call.args), *(f"{k} {one(v)}" for k, v in call.kwargs.items())]
    )


def _versions(model: LoadedModel) -> dict[str, tuple[int, int]]:
    """Identity and version of each buffer and parameter; a write changes the version."""
    named = [*model.module.named_buffers(), *model.module.named_parameters()]
    return {name: (id(tensor), tensor._version) for name, tensor in named if not tensor.is_inference()}


def _run_again(
    model: LoadedModel, call: Call, device: str, tolerances: Tolerances, draws: bool, found: Declared
) -> None:
    """Runs the first set again: the outputs must be equal. Notes what forward writes to."""
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
    if compared.status == ComparisonStatus.SAME:
        return
    if draws:
        why = "it draws random numbers in forward"
    elif held := held_generators(model.module):
        why = f"it draws random numbers from {', '.join(held)}"
    elif found.written_state:
        why = f"forward writes to {', '.join(found.written_state[:3])}"
    else:
        with watched_readings() as readings, suppress(Exception, SystemExit):
            run(model.module, call, device)
        read = next(iter(readings.changing), None)
        why = f"it reads {read.name} at {read.place}" if read else "forward changes its own state"
    found.change = f"{why} ({compared.reason})"
