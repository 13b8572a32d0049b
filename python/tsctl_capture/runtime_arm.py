"""The job that exports a model for another runtime and runs it there, and the arm that times it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch

from .calls import Call
from .errors import CaptureError, describe
from .request import Request
from .runtimes import Session, answer, export, exported_path, feed_for, open_session, runtime_named
from .tensor_file import read_calls, write_tensor_file
from .tracer_warnings import without_retirement_notices


class RuntimeArm:
    """A model in another runtime that is called and timed. When to do so is the caller's business.

    `open_set` gives the session for an input set and what it is fed with; it is asked once for each set.
    """

    def __init__(self, open_set: Callable[[int], tuple[Session, dict[str, Any]]], index: int) -> None:
        self._open_set = open_set
        self._opened: dict[int, tuple[Session, dict[str, Any]]] = {}
        self.use_set(index)

    def use_set(self, index: int) -> None:
        """Takes the arguments of that set for the calls to come."""
        if index not in self._opened:
            self._opened[index] = self._open_set(index)
        self._session, self._feed = self._opened[index]

    def time_calls(self, untimed: int, calls: int) -> list[float]:
        """Seconds of each of `calls` calls after `untimed` ones that are not timed."""
        run, feed, now = self._session.run, self._feed, time.perf_counter
        with self._told_as_execution():
            for _ in range(untimed):
                run(feed)
            seconds = []
            for _ in range(calls):
                start = now()
                run(feed)
                seconds.append(now() - start)
            return seconds

    def call(self) -> None:
        """One call; threads may call at the same time."""
        with self._told_as_execution():
            self._session.run(self._feed)

    @contextmanager
    def _told_as_execution(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            raise CaptureError(
                "execution", f"{self._session.title} failed while it was timed: {describe(error)}"
            ) from error


def open_runtime_arm(request: Mapping[str, Any], events: Any) -> RuntimeArm:
    """`request` has the members of core's ArmRequest; its model_path is the folder that the job exported to."""
    runtime = runtime_named(request["runtime"])
    sets = read_calls(request["inputs_tensors"])
    precision = (request.get("tuning") or {}).get("precision", "")
    threads = int(request.get("threads", 1))
    sessions: dict[str, Session] = {}

    def open_set(index: int) -> tuple[Session, dict[str, Any]]:
        path = exported_path(request["model_path"], runtime, sets[index])
        if path not in sessions:
            sessions[path] = open_session(runtime, path, threads, precision)
        return sessions[path], feed_for(sessions[path], sets[index])

    events.progress(f"opening {request.get('label', '')} with {runtime.title}")
    return RuntimeArm(open_set, int(request.get("set_index", 0)))


def answers(
    request: Request, module: torch.nn.Module, calls: list[Call], likes: list[Any], name: str, events: Any
) -> tuple[list[Any], str]:
    """What the runtime gives for every call in the structures of `likes`, and what of its tuning was not to be had.

    The exports stay in the folder request.model_path, one for each signature of a call.
    """
    runtime = runtime_named(request.runtime)
    precision = request.tuning.get("precision", "")
    sessions: dict[str, Any] = {}
    found = []
    for call, like in zip(calls, likes, strict=True):
        path = exported_path(request.model_path, runtime, call)
        if path not in sessions:
            label = f" at {call.label}" if call.label else ""
            events.progress(f"exporting {name} for {runtime.title}{label}")
            export(runtime, module, call.fresh(), path, name)
            sessions[path] = open_session(runtime, path, request.threads, precision)
        found.append(answer(sessions[path], call, like))
    reasons = [session.tuning_reason() for session in sessions.values()]
    return found, next((reason for reason in reasons if reason), "")


def run_file(request: Request, events: Any) -> tuple[list[str], str]:
    """Exports the TorchScript file request.candidate_path and writes its outputs; gives the sets' labels and the
    reason as of answers()."""
    torch.set_num_threads(max(1, request.threads))
    calls = read_calls(request.inputs_from)
    with without_retirement_notices():
        try:
            module = torch.jit.load(request.candidate_path).eval()
        except Exception as error:
            raise CaptureError(
                "input", f"'{request.candidate_path}' cannot be loaded by torch: {describe(error)}"
            ) from error
        try:
            with torch.no_grad():
                likes = [module(*call.fresh().args, **call.fresh().kwargs) for call in calls]
        except Exception as error:
            raise CaptureError(
                "execution", f"'{request.candidate_path}' failed while it ran: {describe(error)}"
            ) from error
        found, reason = answers(request, module, calls, likes, request.candidate_path, events)
    write_tensor_file(request.tensors_path, calls, found, [])
    return [call.label for call in calls], reason
