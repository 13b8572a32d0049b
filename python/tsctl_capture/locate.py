"""The job "locate": the innermost submodule at which a captured file first differs from the eager model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch

from .errors import CaptureError, first_line
from .events import Events
from .model.calls import Call
from .model.inputs import calls_of
from .model.source import LoadedModel, load_model
from .model.uncompiled import without_compiling
from .model.utf8_paths import utf8_path
from .model.values import flatten, map_tensors
from .reference.comparison import Tolerances, compare, tolerances_from_dict
from .reference.eager import prepare_device, run
from .request import LocateRequest
from .results import LocateResult, SubmoduleDifference
from .retirement_notices import without_retirement_notices
from .vocabulary import ErrorKind

# Adapters and guards hold the user's model as `model`, one inside the other.
_PREFIXES = ("", "model.", "model.model.")


def locate(request: LocateRequest, events: Events) -> LocateResult:
    """Calls each submodule of the file with the arguments that eager passes to its own submodule.

    So an error of an earlier submodule does not reach a later one. The result names the first submodule that
    differs, in the order in which eager's calls end.
    """
    prepare_device(request.device, request.threads)
    events.progress("looking for the first submodule that differs")
    with without_compiling():
        return _located(request)


def _located(request: LocateRequest) -> LocateResult:
    model = load_model(request.source, request.seed)
    model.module.to(request.device)
    pairs = _pairs(model, _loaded(request.candidate_path, request.device))
    if not pairs:
        return _unknown("the file has none of the model's submodules: freezing makes one graph of them")
    search = _Search(model, pairs, tolerances_from_dict(request.tolerance))
    for call in calls_of(request):
        found = search.first_difference(call, request.device)
        if found is not None:
            return LocateResult(found)
    if not search.compared:
        return _unknown("no submodule of the file can be called alone")
    return _unknown(
        f"none of the {len(search.compared)} submodules that can be called alone differs from eager"
    )


def _unknown(reason: str) -> LocateResult:
    return LocateResult({"path": "", "class_name": "", "set": "", "reason": reason})


def _loaded(path: str, device: str) -> torch.jit.ScriptModule:
    try:
        with without_retirement_notices():
            return torch.jit.load(utf8_path(path), map_location=device)
    except (RuntimeError, ValueError) as error:
        raise CaptureError(
            ErrorKind.INPUT,
            f"'{path}' cannot be loaded: {first_line(str(error))}",
            "tsctl inspect shows what the file holds",
        ) from error


def _pairs(model: LoadedModel, candidate: torch.jit.ScriptModule) -> dict[str, Any]:
    """The file's submodules by the paths of the model's."""
    known = dict(candidate.named_modules())
    paths = [path for path, _ in model.module.named_modules() if path]
    best: dict[str, Any] = {}
    for prefix in _PREFIXES:
        pairs = {path: known[prefix + path] for path in paths if prefix + path in known}
        best = max(best, pairs, key=len)
    return best


@dataclass
class _Search:
    model: LoadedModel
    pairs: dict[str, Any]
    tolerances: Tolerances
    compared: set[str] = field(default_factory=set)  # paths of the submodules that could be called

    def first_difference(self, call: Call, device: str) -> SubmoduleDifference | None:
        """Runs eager on the call, with hooks that compare the file's submodules on the way."""
        found: list[SubmoduleDifference] = []
        open_calls: list[tuple[Any, Any]] = []

        def before(_: Any, args: Any, kwargs: Any) -> None:
            open_calls.append((map_tensors(args, _copied), map_tensors(kwargs, _copied)))

        def after(path: str, part: torch.nn.Module, outputs: Any) -> None:
            args, kwargs = open_calls.pop()
            if found:
                return
            reason = self._difference(self.pairs[path], args, kwargs, outputs)
            if reason is None:
                return
            self.compared.add(path)
            if reason:
                name = type(part).__name__
                found.append({"path": path, "class_name": name, "set": call.label, "reason": reason})

        hooks: list[Any] = []
        for path in self.pairs:
            part = self.model.module.get_submodule(path)
            hooks.append(part.register_forward_pre_hook(before, with_kwargs=True))
            hooks.append(
                part.register_forward_hook(lambda part, _, outputs, path=path: after(path, part, outputs))
            )
        try:
            run(self.model.module, call, device)
        finally:
            for hook in hooks:
                hook.remove()
        return found[0] if found else None

    def _difference(self, part: Any, args: Any, kwargs: Any, outputs: Any) -> str | None:
        """How the submodule's outputs differ; "" if they do not, None if it cannot be called by itself."""
        try:
            with torch.no_grad(), torch.jit.optimized_execution(False):
                answer = part(*args, **kwargs)
        except Exception:
            return None  # a trace may give its submodules another signature, or none
        return compare(flatten(outputs), flatten(answer), [], self.tolerances).reason


def _copied(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach().clone()
