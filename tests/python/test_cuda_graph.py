"""Eager calls as a CUDA graph, with a stand-in for the GPU."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import torch
from tsctl_capture.arms import cuda_graph
from tsctl_capture.errors import CaptureError
from tsctl_capture.model.calls import Call


class Gpu:
    """Doubles what it is given; a replay writes the double of the recorded input into the recorded output."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.recording = False
        self.plain_calls = 0
        self.replays = 0
        self.factor_of_replay = 2
        self.recorded: tuple[torch.Tensor, torch.Tensor] | None = None
        monkeypatch.setattr(
            cuda_graph.torch,
            "cuda",
            SimpleNamespace(
                Stream=lambda _: None,
                stream=lambda _: contextlib.nullcontext(),
                synchronize=lambda _: None,
                CUDAGraph=lambda: SimpleNamespace(replay=self.replay),
                graph=self.record,
            ),
        )

    @contextlib.contextmanager
    def record(self, _: object, stream: object) -> Iterator[None]:
        self.recording = True
        try:
            yield
        finally:
            self.recording = False

    def replay(self) -> None:
        self.replays += 1
        given, answer = self.recorded
        answer.copy_(given * self.factor_of_replay)

    def double(self, x: torch.Tensor) -> torch.Tensor:
        if not self.recording:
            self.plain_calls += 1
            return x * 2
        self.recorded = (x, torch.zeros_like(x))
        return self.recorded[1]


def call_of(value: float) -> Call:
    return Call(args=(torch.full((2,), value),))


def test_a_call_is_recorded_once_and_replayed_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu = Gpu(monkeypatch)
    graphed = cuda_graph.GraphedCall(gpu.double, call_of(3), "cpu")
    assert graphed.reason == ""
    before = gpu.plain_calls, gpu.replays
    assert [graphed().tolist() for _ in range(2)] == [[6, 6], [6, 6]]
    assert (gpu.plain_calls, gpu.replays) == (before[0], before[1] + 2)


def test_what_cannot_be_recorded_is_called_plainly_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu = Gpu(monkeypatch)

    def waits(x: torch.Tensor) -> torch.Tensor:
        if gpu.recording:
            raise RuntimeError("operation not permitted when stream is capturing")
        return x * 2

    graphed = cuda_graph.GraphedCall(waits, call_of(3), "cpu")
    assert graphed.reason == (
        "not captured: RuntimeError: operation not permitted when stream is capturing; its calls are plain"
    )
    assert graphed().tolist() == [6, 6]
    assert gpu.replays == 0


def test_a_graph_that_gives_something_else_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu = Gpu(monkeypatch)
    gpu.factor_of_replay = 3
    graphed = cuda_graph.GraphedCall(gpu.double, call_of(3), "cpu")
    assert graphed.reason.startswith(
        "captured, but the outputs of its graph differ from those of plain calls: out"
    )
    assert graphed().tolist() == [6, 6]


def test_it_ends_where_not_even_plain_calls_work_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu = Gpu(monkeypatch)

    def breaks(x: torch.Tensor) -> torch.Tensor:
        gpu.plain_calls += 1
        if gpu.plain_calls > cuda_graph.CALLS_BEFORE_RECORDING:
            raise RuntimeError("the context is gone")
        return x

    with pytest.raises(CaptureError) as raised:
        cuda_graph.GraphedCall(breaks, call_of(3), "cpu")
    assert raised.value.kind == "execution"
    assert "calls failed after their CUDA graph could not be captured" in raised.value.message
