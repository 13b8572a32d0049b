"""The eager arm of a measurement."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from .calls import Call
from .cuda_graph import GraphedCall
from .eager import prepare_device
from .errors import CaptureError, describe, user_traceback
from .profiling import no_profile, profile_calls
from .request import source_from_dict
from .runtime_arm import RuntimeArm, open_runtime_arm
from .source import load_model
from .tensor_file import read_calls
from .tuning import apply_tuning


def compiled(module: torch.nn.Module, sets: int = 1) -> torch.nn.Module:
    """Through torch.compile with the sizes as they are given, compiled anew for each of `sets` sets of inputs.

    Raises CaptureError{environment} where there is nothing to compile with.
    """
    if shutil.which("c++") is None and shutil.which("g++") is None and shutil.which("clang++") is None:
        raise CaptureError(
            "environment",
            "torch.compile needs a C++ compiler, and there is none here",
            "install g++, or leave the arm with compile=on out",
        )
    # Beyond its limit torch runs further shapes eagerly, without a word.
    torch._dynamo.config.recompile_limit = max(torch._dynamo.config.recompile_limit, sets)
    return torch.compile(module, dynamic=False)


@contextmanager
def _told_as_execution() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise CaptureError(
            "execution",
            f"the eager model raised while it was timed: {describe(error)}",
            detail=user_traceback(error),
        ) from error


def flush_bytes(cache_bytes: int) -> int:
    """How much is written to leave nothing of a device's cache; the engine's flush_bytes() says why."""
    return 2 * cache_bytes if cache_bytes > 0 else 512 << 20


class EagerArm:
    """A model in eager mode that is called and timed. When to do so is the caller's business."""

    def __init__(
        self,
        model: torch.nn.Module,
        sets: Sequence[Call],
        index: int,
        device: str,
        compiled: bool = False,
        cold_cache: bool = False,
        cuda_graph: bool = False,
    ) -> None:
        self._model = model
        self._sets = sets
        self._compiled = compiled
        self._replays = cuda_graph
        self._graphs: dict[int, GraphedCall] = {}  # by set
        self._graphed: GraphedCall | None = None
        self.build_s: float | None = None  # until there was a model
        self.move_s: float | None = None  # and until it was on its device
        self._device = device
        self._overwritten: torch.Tensor | None = None
        if cold_cache:
            cache_bytes = torch.cuda.get_device_properties(device).L2_cache_size
            self._overwritten = torch.empty(flush_bytes(cache_bytes), dtype=torch.uint8, device=device)
        self._on_device: dict[int, Call] = {}
        self.use_set(index)

    def use_set(self, index: int) -> None:
        """Takes the arguments of that set for the calls to come; they stay on the device."""
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
        """Why some set's calls are plain although a graph was asked for; empty if none are."""
        return next((graph.reason for graph in self._graphs.values() if graph.reason), "")

    def _call(self) -> Any:
        if self._graphed is not None:
            return self._graphed()
        return self._model(*self._args, **self._kwargs)

    def time_calls(self, untimed: int, calls: int) -> list[float]:
        """Seconds of each of `calls` calls after `untimed` ones that are not timed."""
        with _told_as_execution(), torch.inference_mode():
            for _ in range(untimed):
                self._call()
            if self._device.startswith("cuda"):
                return self._time_on_cuda(calls)
            return self._time_on_cpu(calls)

    def call(self) -> None:
        """One call, with its work on the device done; threads may call at the same time."""
        with _told_as_execution(), torch.inference_mode():
            self._call()
            if self._device.startswith("cuda"):
                torch.cuda.synchronize(self._device)

    def profile(self, calls: int) -> dict[str, Any]:
        """Where the time of `calls` calls of the warm model goes; the members of core's ProfileRecording."""
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


def open_arm(request: Mapping[str, Any], events: Any) -> EagerArm | RuntimeArm:
    """`request` has the members of core's ArmRequest."""
    if request.get("runtime"):
        return open_runtime_arm(request, events)
    device = request.get("device") or "cpu"
    prepare_device(device, int(request.get("threads", 1)))
    apply_tuning(request.get("tuning") or {}, device)
    source = source_from_dict(request["source"])
    events.progress(f"building {source.text or source.name}")
    start = time.perf_counter()
    model = load_model(source, int(request.get("seed", 0)))
    build_s = time.perf_counter() - start
    calls = read_calls(request["inputs_tensors"])
    index = int(request.get("set_index", 0))
    if index >= len(calls):
        raise CaptureError(
            "input", f"'{request['inputs_tensors']}' holds {len(calls)} input sets, not {index + 1}"
        )
    start = time.perf_counter()
    module = model.module.to(device)
    move_s = time.perf_counter() - start
    if request.get("compile"):
        module = compiled(module, len(calls))
    tuning = request.get("tuning") or {}
    arm = EagerArm(
        module,
        calls,
        index,
        device,
        compiled=bool(request.get("compile")),
        cold_cache=bool(request.get("cold_cache")),
        cuda_graph=bool(tuning.get("cuda_graph")),
    )
    arm.build_s, arm.move_s = build_s, move_s
    return arm
