"""Calls of an eager model as a CUDA graph; the engine's GraphedCalls does the same for files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from ..errors import CaptureError, describe
from ..model.calls import Call
from ..model.values import map_tensors
from ..reference.comparison import Tolerances, compare
from ..vocabulary import ComparisonStatus, ErrorKind

# On the first calls libraries choose kernels and allocate workspaces, and torch.compile compiles.
CALLS_BEFORE_RECORDING = 5


class GraphedCall:
    """A call of a model on fixed arguments: recorded once, then replayed.

    If it cannot be recorded, or if its outputs differ from those of a plain call, its calls are plain and
    `reason` says why. Create and call it in inference mode.
    """

    def __init__(self, model: Callable[..., Any], call: Call, device: str) -> None:
        self._model = model
        self._call = call
        self._graph: Any = None
        self._outputs: Any = None
        try:
            self._record(device)
            self.reason = self._difference(device)
        except Exception as error:
            self.reason = f"not captured: {describe(error)}; its calls are plain"
        if self.reason:
            self._graph = self._outputs = None
            self._require_plain_calls(device)

    def __call__(self) -> Any:
        if self._graph is None:
            return self._plain(self._call)
        self._graph.replay()
        return self._outputs

    def _plain(self, call: Call) -> Any:
        return self._model(*call.args, **call.kwargs)

    def _record(self, device: str) -> None:
        own = self._call.fresh(device)
        self._own = own
        stream = torch.cuda.Stream(device)
        torch.cuda.synchronize(device)
        with torch.cuda.stream(stream):
            for _ in range(CALLS_BEFORE_RECORDING):
                self._plain(own)
        torch.cuda.synchronize(device)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph, stream=stream):
            self._outputs = self._plain(own)

    def _difference(self, device: str) -> str:
        """How the graph's outputs differ from those of a plain call; empty if they do not."""
        plain = on_host(self._plain(self._call.fresh(device)))
        for ours, given in zip(self._own.tensors(), self._call.tensors(), strict=True):
            ours.copy_(given)
        self._graph.replay()
        comparison = compare(plain, on_host(self._outputs), [], Tolerances())
        if comparison.status == ComparisonStatus.SAME:
            return ""
        what = "captured, but the outputs of its graph differ from those of plain calls"
        return f"{what}: {comparison.reason}; its calls are plain"

    def _require_plain_calls(self, device: str) -> None:
        try:
            self._plain(self._call)
            torch.cuda.synchronize(device)
        except Exception as error:
            raise CaptureError(
                ErrorKind.EXECUTION,
                f"calls failed after their CUDA graph could not be captured: {describe(error)}",
                "leave out the arm's cuda-graph=on",
            ) from error


def on_host(value: Any) -> Any:
    return map_tensors(value, lambda tensor: tensor.detach().cpu().clone())
