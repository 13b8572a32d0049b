"""Profiles the calls of an eager model by operator and by module."""

from __future__ import annotations

import contextlib
import os
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch

_CALL = "tsctl:call"
_MODULE = "tsctl:module:"
_OWN_CODE = "(the model itself)"  # the same name as in the profile of a file
_TRACED_CALLS = 10
_MOST_CALLS = 50  # with more, torch takes long to read the events
_WARM_CALLS = 2  # warm-up of the hooks and the recording


@contextlib.contextmanager
def _marked_modules(model: torch.nn.Module) -> Iterator[None]:
    """Inside, every call of a submodule is recorded under its path."""
    handles = []
    open_marks: list[Any] = []

    def enter(path: str) -> Callable[..., None]:
        def hook(*_: Any) -> None:
            mark = torch.profiler.record_function(_MODULE + path)
            mark.__enter__()
            open_marks.append(mark)

        return hook

    def leave(*_: Any) -> None:
        open_marks.pop().__exit__(None, None, None)

    for path, module in model.named_modules():
        if path and not isinstance(module, torch.jit.ScriptModule):
            handles.append(module.register_forward_pre_hook(enter(path), prepend=True))
            handles.append(module.register_forward_hook(leave))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


class _Ranking:
    def __init__(self) -> None:
        self._lines: dict[str, dict[str, Any]] = {}

    def add(self, name: str, self_s: float, count: int = 1) -> None:
        line = self._lines.setdefault(name, {"name": name, "detail": "", "count": 0, "self_s": 0.0})
        line["count"] += count
        line["self_s"] += self_s

    def total_s(self) -> float:
        return sum(line["self_s"] for line in self._lines.values())

    def ranked(self, calls: int, all_s: float) -> list[dict[str, Any]]:
        lines = sorted(self._lines.values(), key=lambda line: -line["self_s"])
        return [{**line, "self_s": line["self_s"] / calls, "share": line["self_s"] / all_s} for line in lines]


def _enclosing(event: Any) -> tuple[Any, str]:
    """The recorded call and the module that contain an event; None and "" if no call contains it."""
    module = None
    while event is not None:
        if module is None and event.name.startswith(_MODULE):
            module = event.name.removeprefix(_MODULE)
        if event.name == _CALL:
            return event, module or _OWN_CODE
        event = event.cpu_parent
    return None, ""


def _seconds_of(event: Any) -> float:
    return (event.time_range.end - event.time_range.start) / 1e6


def _span(name: str, module: str, event: Any, origin_us: float) -> dict[str, Any]:
    return {
        "name": name,
        "module": module,
        "start_s": (event.time_range.start - origin_us) / 1e6,
        "duration_s": _seconds_of(event),
    }


def _totals(events: list[Any], marked: bool) -> dict[str, Any]:
    """Sums the events. If modules are `marked`, a module's time includes its own Python code.

    Times are those of the middle half of the calls, as in a file's profile.
    """
    calls = [event for event in events if event.name == _CALL]
    quarter = len(calls) // 4
    middle = sorted(calls, key=_seconds_of)[quarter : len(calls) - quarter]
    usual = {id(call) for call in middle}
    numbers = {id(call): number for number, call in enumerate(calls, start=1)}
    operators, modules = _Ranking(), _Ranking()
    spans = []
    for event in events:
        call, module = _enclosing(event)
        if call is None:
            continue
        self_s = event.self_cpu_time_total / 1e6 if id(call) in usual else 0.0
        ours = event is call or event.name.startswith(_MODULE)
        if not ours:
            operators.add(event.name, self_s)
        modules.add(module, self_s, int(ours))
        if numbers[id(call)] <= _TRACED_CALLS:
            name = f"call {numbers[id(call)]}" if event is call else event.name.removeprefix(_MODULE)
            spans.append(_span(name, module if marked else "", event, calls[0].time_range.start))
    all_s = sum(_seconds_of(call) for call in middle)
    result = {
        "calls": len(calls),
        "call_s": statistics.median(_seconds_of(call) for call in calls),
        "accounted": operators.total_s() / all_s,
        "operators": operators.ranked(len(middle), all_s),
        "modules": modules.ranked(len(middle), all_s) if marked else [],
        "lines": [],
    }
    return {"result": result, "spans": spans}


def _recorded(call: Callable[[], Any], calls: int) -> list[Any]:
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as recording:
        for _ in range(calls):
            with torch.profiler.record_function(_CALL):
                call()
    return list(recording.events())


def _seconds(call: Callable[[], Any], calls: int) -> list[float]:
    seconds = []
    for _ in range(calls):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return seconds


def profile_calls(
    model: torch.nn.Module, call: Callable[[], Any], calls: int, compiled: bool
) -> dict[str, Any]:
    """The members of core's ProfileRecording. `call` calls the warm model once."""
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # no messages
    calls = min(calls, _MOST_CALLS)
    unrecorded_s = _seconds(call, calls // 2 + 1)
    with contextlib.nullcontext() if compiled else _marked_modules(model):
        for _ in range(_WARM_CALLS):
            call()
        events = _recorded(call, calls)
    profile = _totals(events, marked=not compiled)
    unrecorded_s += _seconds(
        call, calls // 2
    )  # half of them before the recording, so that a drift cancels out
    profile["result"]["unrecorded_call_s"] = statistics.median(unrecorded_s)
    profile["result"]["reason"] = (
        "inside compiled code only calls of LibTorch's own operators are recorded"
        if compiled
        else "eager Python is not divided by line; a module's time includes its own Python code"
    )
    return profile


def no_profile(reason: str) -> dict[str, Any]:
    """The profile of an arm that cannot be recorded."""
    empty: dict[str, Any] = {"calls": 0, "call_s": None, "unrecorded_call_s": None, "accounted": None}
    empty |= {"operators": [], "modules": [], "lines": [], "reason": reason}
    return {"result": empty, "spans": []}
