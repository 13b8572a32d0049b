"""The order in which an eager arm times calls on a GPU, with a stand-in for the GPU."""

from __future__ import annotations

import contextlib
from types import SimpleNamespace

import pytest
import torch
from tsctl_capture.arms import arm as arm_module
from tsctl_capture.model.calls import Call


class Placed(Call):
    """Arguments that lie on the device already."""

    def fresh(self, device: str = "cpu") -> Call:
        return self


class Gpu:
    """Writes down what happens, and lets every mark be a millisecond after the one before."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.log: list[str] = []
        gpu = self

        class Event:
            def __init__(self, enable_timing: bool) -> None:
                assert enable_timing

            def record(self) -> None:
                gpu.log.append("mark")
                self.at_ms = float(gpu.log.count("mark"))

            def elapsed_time(self, end: Event) -> float:
                return end.at_ms - self.at_ms

        cuda = SimpleNamespace(
            Event=Event,
            device=lambda _: contextlib.nullcontext(),
            synchronize=lambda: gpu.log.append("wait"),
            get_device_properties=lambda _: SimpleNamespace(L2_cache_size=1000),
        )
        empty = torch.empty
        monkeypatch.setattr(arm_module.torch, "cuda", cuda)
        monkeypatch.setattr(
            arm_module.torch, "empty", lambda size, dtype, device: self.note_written(empty(size, dtype=dtype))
        )

    def note_written(self, tensor: torch.Tensor) -> SimpleNamespace:
        return SimpleNamespace(zero_=lambda: self.log.append(f"flush {tensor.nbytes}"))

    def time(self, calls: int, cold_cache: bool) -> list[float]:
        call = Placed(args=(torch.ones(1),), kwargs={}, label="")
        options = arm_module.EagerOptions("cuda", cold_cache=cold_cache)
        timed = arm_module.EagerArm(lambda x: self.log.append("call"), [call], 0, options)
        return timed.time_calls(1, calls)


def test_calls_lie_between_marks_and_the_device_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu = Gpu(monkeypatch)
    assert gpu.time(2, cold_cache=False) == [0.001, 0.001]
    assert gpu.log == ["call", "mark", "call", "mark", "mark", "call", "mark", "wait"]


def test_the_cache_is_emptied_before_every_timed_call_and_outside_the_marks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gpu = Gpu(monkeypatch)
    gpu.time(2, cold_cache=True)
    assert gpu.log == ["call", *(["flush 2000", "mark", "call", "mark"] * 2), "wait"]


def test_more_is_written_than_a_cache_of_unknown_size_can_hold() -> None:
    assert arm_module.flush_bytes(0) >= 256 << 20


def test_an_arm_calls_its_graph_and_tells_why_it_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu = Gpu(monkeypatch)

    class Graphed:
        reason = "not captured: it waits"

        def __init__(self, *_: object) -> None:
            pass

        def __call__(self) -> None:
            gpu.log.append("replay")

    monkeypatch.setattr(arm_module, "GraphedCall", Graphed)
    call = Placed(args=(torch.ones(1),), kwargs={}, label="")
    graphed = arm_module.EagerOptions("cuda", cuda_graph=True)
    timed = arm_module.EagerArm(lambda x: gpu.log.append("call"), [call], 0, graphed)
    timed.time_calls(1, 1)
    assert gpu.log == ["replay", "mark", "replay", "mark", "wait"]
    assert timed.tuning_reason == "not captured: it waits"
    assert arm_module.EagerArm(None, [call], 0, arm_module.EagerOptions("cuda")).tuning_reason == ""
