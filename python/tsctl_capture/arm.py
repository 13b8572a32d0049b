"""The eager arm of a measurement."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from typing import Any

import torch

from .calls import Call
from .cuda_graph import GraphedCall
from .eager import prepare_device
from .errors import CaptureError, describe, user_traceback
from .request import source_from_dict
from .source import load_model
from .tensor_file import read_calls


def compiled(module: torch.nn.Module) -> torch.nn.Module:
    """Through torch.compile with the sizes as they are given, as for a benchmark of one set of inputs.

    Raises CaptureError{environment} where there is nothing to compile with.
    """
    if shutil.which("c++") is None and shutil.which("g++") is None and shutil.which("clang++") is None:
        raise CaptureError(
            "environment",
            "torch.compile needs a C++ compiler, and there is none here",
            "install g++, or leave the arm with compile=on out",
        )
    return torch.compile(module, dynamic=False)


def flush_bytes(cache_bytes: int) -> int:
    """How much is written to leave nothing of a device's cache; the engine's flush_bytes() says why."""
    return 2 * cache_bytes if cache_bytes > 0 else 512 << 20


class EagerArm:
    """A model in eager mode that is called and timed. When to do so is the caller's business."""

    def __init__(
        self,
        model: torch.nn.Module,
        call: Call,
        device: str,
        cold_cache: bool = False,
        cuda_graph: bool = False,
    ) -> None:
        self._model = model
        self._args, self._kwargs = call.args, call.kwargs
        self._graphed: GraphedCall | None = None
        self._device = device
        self._overwritten: torch.Tensor | None = None
        if cold_cache:
            cache_bytes = torch.cuda.get_device_properties(device).L2_cache_size
            self._overwritten = torch.empty(flush_bytes(cache_bytes), dtype=torch.uint8, device=device)

        if cuda_graph:
            with torch.inference_mode():
                self._graphed = GraphedCall(model, call, device)

    @property
    def tuning_reason(self) -> str:
        return self._graphed.reason if self._graphed is not None else ""

    def _call(self) -> Any:
        if self._graphed is not None:
            return self._graphed()
        return self._model(*self._args, **self._kwargs)

    def time_calls(self, untimed: int, calls: int) -> list[float]:
        """Seconds of each of `calls` calls after `untimed` ones that are not timed."""
        try:
            with torch.inference_mode():
                for _ in range(untimed):
                    self._call()
                if self._device.startswith("cuda"):
                    return self._time_on_cuda(calls)
                return self._time_on_cpu(calls)
        except Exception as error:
            raise CaptureError(
                "execution",
                f"the eager model raised while it was timed: {describe(error)}",
                detail=user_traceback(error),
            ) from error

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


def open_arm(request: Mapping[str, Any], events: Any) -> EagerArm:
    """`request` has the members of core's ArmRequest."""
    device = request.get("device") or "cpu"
    prepare_device(device, int(request.get("threads", 1)))
    source = source_from_dict(request["source"])
    events.progress(f"building {source.text or source.name}")
    model = load_model(source, int(request.get("seed", 0)))
    calls = read_calls(request["inputs_tensors"])
    index = int(request.get("set_index", 0))
    if index >= len(calls):
        raise CaptureError(
            "input", f"'{request['inputs_tensors']}' holds {len(calls)} input sets, not {index + 1}"
        )
    module = model.module.to(device)
    if request.get("compile"):
        module = compiled(module)
    tuning = request.get("tuning") or {}
    return EagerArm(
        module,
        calls[index].fresh(device),
        device,
        cold_cache=bool(request.get("cold_cache")),
        cuda_graph=bool(tuning.get("cuda_graph")),
    )
