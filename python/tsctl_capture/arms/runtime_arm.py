"""A model exported for another runtime and run there, and the arm that times it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch

from ..errors import CaptureError, describe
from ..events import Events
from ..model.calls import Call
from ..model.tensor_file import read_calls, write_tensor_file
from ..model.utf8_paths import utf8_path
from ..reference.eager import run
from ..request import ArmRequest, RuntimeRequest
from ..retirement_notices import without_retirement_notices
from ..vocabulary import ErrorKind
from .runtimes import (
    Session,
    SessionSettings,
    answer,
    export,
    exported_path,
    feed_for,
    open_session,
    runtime_named,
)


class RuntimeArm:
    """Calls and times a model in another runtime; the caller decides when.

    `open_set` returns the session for an input set and its arguments; it is called once for each set.
    """

    def __init__(self, open_set: Callable[[int], tuple[Session, dict[str, Any]]], index: int) -> None:
        self._open_set = open_set
        self._opened: dict[int, tuple[Session, dict[str, Any]]] = {}
        self.use_set(index)

    def use_set(self, index: int) -> None:
        """Makes the next calls with the arguments of that set."""
        if index not in self._opened:
            self._opened[index] = self._open_set(index)
        self._session, self._feed = self._opened[index]

    def time_calls(self, untimed: int, calls: int) -> list[float]:
        """Makes `untimed` calls, then `calls` calls, and returns the seconds of each of the latter."""
        run, feed, now = self._session.run, self._feed, time.perf_counter
        with self._as_execution_error():
            for _ in range(untimed):
                run(feed)
            seconds = []
            for _ in range(calls):
                start = now()
                run(feed)
                seconds.append(now() - start)
            return seconds

    def call(self) -> None:
        """Makes one call; several threads may call at once."""
        with self._as_execution_error():
            self._session.run(self._feed)

    @contextmanager
    def _as_execution_error(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            raise CaptureError(
                ErrorKind.EXECUTION, f"{self._session.title} failed while it was timed: {describe(error)}"
            ) from error


def open_runtime_arm(request: ArmRequest, events: Events) -> RuntimeArm:
    """Opens what the job "runtime" exported to the folder `model_path`."""
    settings = request.settings
    runtime = runtime_named(settings.runtime)
    sets = read_calls(request.inputs_tensors)
    sessions: dict[str, Session] = {}

    def open_set(index: int) -> tuple[Session, dict[str, Any]]:
        path = exported_path(request.model_path, runtime, sets[index])
        if path not in sessions:
            spins = request.wait_policy == "active"
            wanted = SessionSettings(settings.threads, settings.tuning.precision, spins)
            sessions[path] = open_session(runtime, path, wanted)
        return sessions[path], feed_for(sessions[path], sets[index])

    events.progress(f"opening {request.label} with {runtime.title}")
    return RuntimeArm(open_set, request.set_index)


def outputs_in_runtime(
    request: RuntimeRequest,
    module: torch.nn.Module,
    name: str,
    expected: Sequence[tuple[Call, Any]],
    events: Events,
) -> tuple[list[Any], str]:
    """The runtime's outputs for every call, and the reason if it lacks a tuning that was asked for.

    `expected` has each call with the model's outputs; the runtime's outputs get the same structure. The
    exports stay in the folder request.model_path, one for each signature of a call.
    """
    settings = request.settings
    runtime = runtime_named(settings.runtime)
    sessions: dict[str, Session] = {}
    found = []
    for call, like in expected:
        path = exported_path(request.model_path, runtime, call)
        if path not in sessions:
            label = f" at {call.label}" if call.label else ""
            events.progress(f"exporting {name} for {runtime.title}{label}")
            export(runtime, module, call.fresh(), path, name)
            wanted = SessionSettings(settings.threads, settings.tuning.precision)
            sessions[path] = open_session(runtime, path, wanted)
        found.append(answer(sessions[path], call, like))
    reasons = [session.tuning_reason() for session in sessions.values()]
    return found, next((reason for reason in reasons if reason), "")


def run_file(request: RuntimeRequest, events: Events) -> tuple[list[str], str]:
    """Exports the TorchScript file request.candidate_path and writes its outputs.

    Returns the labels of the input sets, and the reason as outputs_in_runtime() does.
    """
    torch.set_num_threads(max(1, request.settings.threads))
    path = request.candidate_path
    calls = read_calls(request.inputs_from)
    with without_retirement_notices():
        try:
            module = torch.jit.load(utf8_path(path)).eval()
        except Exception as error:
            raise CaptureError(
                ErrorKind.INPUT, f"'{path}' cannot be loaded by torch: {describe(error)}"
            ) from error
        try:
            likes = [run(module, call, "cpu") for call in calls]
        except Exception as error:
            raise CaptureError(
                ErrorKind.EXECUTION, f"'{path}' failed while it ran: {describe(error)}"
            ) from error
        expected = list(zip(calls, likes, strict=True))
        found, reason = outputs_in_runtime(request, module, path, expected, events)
    write_tensor_file(request.tensors_path, calls, found, [])
    return [call.label for call in calls], reason
