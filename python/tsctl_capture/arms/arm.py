"""An arm that runs the user's model in Python: eagerly, through torch.compile, or as a CUDA graph."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from ..errors import CaptureError, describe, user_traceback
from ..events import Events
from ..model.calls import Call
from ..model.source import load_model
from ..model.tensor_file import read_calls
from ..reference.eager import prepare_device
from ..request import ArmRequest
from ..vocabulary import ErrorKind
from .cuda_graph import GraphedCall
from .profiling import no_profile, profile_calls
from .runtime_arm import RuntimeArm, open_runtime_arm
from .tuning import apply_tuning


def compiled(module: torch.nn.Module, sets: int = 1) -> torch.nn.Module:
    """The module through torch.compile with fixed sizes, so that each of `sets` input sets is compiled anew.

    Raises CaptureError{environment} on a machine without a C++ compiler.
    """
    if shutil.which("c++") is None and shutil.which("g++") is None and shutil.which("clang++") is None:
        raise CaptureError(
            ErrorKind.ENVIRONMENT,
            "torch.compile needs a C++ compiler, and none was found",
            "install g++, or leave out the arm with compile=on",
        )
    # Above this limit torch runs further shapes eagerly and gives no warning.
    torch._dynamo.config.recompile_limit = max(torch._dynamo.config.recompile_limit, sets)
    result: Any = torch.compile(module, dynamic=False)
    return result


@contextmanager
def _as_execution_error() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise CaptureError(
            ErrorKind.EXECUTION,
            f"the eager model raised while it was timed: {describe(error)}",
            detail=user_traceback(error),
        ) from error


def flush_bytes(cache_bytes: int) -> int:
    """Bytes to write to flush a device's cache; the engine's flush_bytes() has the reason."""
    return 2 * cache_bytes if cache_bytes > 0 else 512 << 20


@dataclass(frozen=True)
class EagerOptions:
    """How an eager arm runs its model; `compiled` says that the model went through torch.compile."""

    device: str = "cpu"
    compiled: bool = False
    cold_cache: bool = False
    cuda_graph: bool = False


class EagerArm:
    """Calls and times a model; the caller decides when."""

    def __init__(
        self, model: torch.nn.Module, sets: Sequence[Call], index: int, options: EagerOptions
    ) -> None:
        self._model = model
        self._sets = sets
        self._compiled = options.compiled
        self._replays = options.cuda_graph
        self._graphs: dict[int, GraphedCall] = {}  # by set
        self._graphed: GraphedCall | None = None
        self.build_s: float | None = None  # time to build the model
        self.move_s: float | None = None  # time to move it to the device
        device = self._device = options.device
        self._overwritten: torch.Tensor | None = None
        if options.cold_cache:
            cache_bytes = torch.cuda.get_device_properties(device).L2_cache_size
            self._overwritten = torch.empty(flush_bytes(cache_bytes), dtype=torch.uint8, device=device)
        self._on_device: dict[int, Call] = {}
        self.use_set(index)

    def use_set(self, index: int) -> None:
        """Makes the next calls with the arguments of that set, which stay on the device."""
        if index not in self._on_device:
            self._on_device[index] = self._sets[index].fresh(self._device)
        call = self._on_device[index]
        self._args, self._kwargs = call.args, call.kwargs
        if not self._replays:
            return
        if index not in self._graphs:
            with torch.inference_mode():
                self._graphs[index] = GraphedCall(self._model, call, self._device)
        self._graphed = self._graphs[index]

    @property
    def tuning_reason(self) -> str:
        """Why the calls of a set do not replay the CUDA graph that was asked for; empty if all do."""
        return next((graph.reason for graph in self._graphs.values() if graph.reason), "")

    def _call(self) -> Any:
        if self._graphed is not None:
            return self._graphed()
        return self._model(*self._args, **self._kwargs)

    def time_calls(self, untimed: int, calls: int) -> list[float]:
        """Makes `untimed` calls, then `calls` calls, and returns the seconds of each of the latter."""
        with _as_execution_error(), torch.inference_mode():
            for _ in range(untimed):
                self._call()
            if self._device.startswith("cuda"):
                return self._time_on_cuda(calls)
            return self._time_on_cpu(calls)

    def call(self) -> None:
        """Makes one call and waits for the device; several threads may call at once."""
        with _as_execution_error(), torch.inference_mode():
            self._call()
            if self._device.startswith("cuda"):
                torch.cuda.synchronize(self._device)

    def profile(self, calls: int) -> dict[str, Any]:
        """Profiles `calls` calls of the warm model; the members of core's ProfileRecording."""
        if self._device.startswith("cuda"):
            return no_profile("eager Python is recorded on the CPU only; profile the file instead")
        with torch.inference_mode():
            return profile_calls(
                self._model, lambda: self._model(*self._args, **self._kwargs), calls, self._compiled
            )

    def _time_on_cpu(self, calls: int) -> list[float]:
        model, args, kwargs, now = self._model, self._args, self._kwargs, time.perf_counter
        seconds = []
        for _ in range(calls):
            start = now()
            model(*args, **kwargs)
            seconds.append(now() - start)
        return seconds

    def _time_on_cuda(self, calls: int) -> list[float]:
        with torch.cuda.device(self._device):
            marks = [torch.cuda.Event(enable_timing=True) for _ in range(2 * calls)]
            for i in range(calls):
                if self._overwritten is not None:
                    self._overwritten.zero_()
                marks[2 * i].record()
                self._call()
                marks[2 * i + 1].record()
            torch.cuda.synchronize()
            return [marks[2 * i].elapsed_time(marks[2 * i + 1]) / 1e3 for i in range(calls)]


def open_arm(request: ArmRequest, events: Events) -> EagerArm | RuntimeArm:
    settings = request.settings
    if settings.runtime:
        return open_runtime_arm(request, events)
    prepare_device(request.device, settings.threads)
    apply_tuning(settings.tuning, request.device)
    events.progress(f"building {request.source.text or request.source.name}")
    start = time.perf_counter()
    model = load_model(request.source, request.seed)
    build_s = time.perf_counter() - start
    calls = read_calls(request.inputs_tensors)
    index = request.set_index
    if index >= len(calls):
        raise CaptureError(
            ErrorKind.INPUT, f"'{request.inputs_tensors}' holds {len(calls)} input sets, not {index + 1}"
        )
    start = time.perf_counter()
    module = model.module.to(request.device)
    move_s = time.perf_counter() - start
    if settings.compile:
        module = compiled(module, len(calls))
    options = EagerOptions(request.device, settings.compile, request.cold_cache, settings.tuning.cuda_graph)
    arm = EagerArm(module, calls, index, options)
    arm.build_s, arm.move_s = build_s, move_s
    return arm
