"""Calls of an eager model as a CUDA graph, as the engine's GraphedCalls has them for files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from ..errors import CaptureError, describe
from ..model.calls import Call
from ..model.values import map_tensors
from ..reference.comparison import Tolerances, compare
from ..vocabulary import ErrorKind

# Libraries try their kernels and lay out workspaces on the first calls, and torch.compile compiles on the
# first one.
CALLS_BEFORE_RECORDING = 5


class GraphedCall:
    """A model's call on arguments that stay where they are: recorded once, then replayed.

    Where that cannot be done, or gives other outputs than a plain call, the calls are plain and `reason` says
    why. To be made, and called, in inference mode.
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
        """Empty if the graph gives what a plain call gives; both start from the same arguments."""
        plain = on_host(self._plain(self._call.fresh(device)))
        for ours, given in zip(self._own.tensors(), self._call.tensors(), strict=True):
            ours.copy_(given)
        self._graph.replay()
        comparison = compare(plain, on_host(self._outputs), [], Tolerances())
        if comparison.status == "same":
            return ""
        what = "captured, but its graph does not give what plain calls give"
        return f"{what}: {comparison.reason}; its calls are plain"

    def _require_plain_calls(self, device: str) -> None:
        try:
            self._plain(self._call)
            torch.cuda.synchronize(device)
        except Exception as error:
            raise CaptureError(
                ErrorKind.EXECUTION,
                f"calls failed after their CUDA graph could not be captured: {describe(error)}",
                "leave the arm's cuda-graph=on out",
            ) from error


def on_host(value: Any) -> Any:
    return map_tensors(value, lambda tensor: tensor.detach().cpu().clone())
