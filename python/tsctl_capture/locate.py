"""Where a captured file first parts from the eager model: the innermost submodule that answers otherwise."""

from __future__ import annotations

from typing import Any

import torch

from .calls import Call
from .comparison import Tolerances, compare, tolerances_from_dict
from .eager import prepare_device, run
from .errors import CaptureError, first_line
from .inputs import calls_of
from .request import Request
from .source import LoadedModel, load_model
from .tracer_warnings import without_retirement_notices
from .values import flatten, map_tensors

# Adapters and guards hold the user's model as `model`, one inside the other.
_PREFIXES = ("", "model.", "model.model.")


def locate(request: Request, events: Any) -> dict[str, str]:
    """The members of core's SubmoduleDifference.

    Each submodule of the file is called with what eager calls its own with, so that a difference is the submodule's
    and not that of what came before it. The first to differ, in the order in which eager's calls end, is named.
    """
    prepare_device(request.device, request.threads)
    events.progress("looking for the first submodule that differs")
    model = load_model(request.source, request.seed)
    model.module.to(request.device)
    candidate = _loaded(request.candidate_path, request.device)
    pairs = _pairs(model, candidate)
    if not pairs:
        return _unknown("the file has none of the model's submodules: freezing makes one graph of them")
    tolerances = tolerances_from_dict(request.tolerance)
    asked: set[str] = set()
    for call in calls_of(request):
        found = _first_difference(model, call, pairs, request.device, tolerances, asked)
        if found is not None:
            return found
    if not asked:
        return _unknown("no submodule of the file can be called by itself")
    return _unknown(f"all of the {len(asked)} submodules that could be asked answer as eager's do")


def _unknown(reason: str) -> dict[str, str]:
    return {"path": "", "class_name": "", "set": "", "reason": reason}


def _loaded(path: str, device: str) -> torch.jit.ScriptModule:
    try:
        with without_retirement_notices():
            return torch.jit.load(path, map_location=device)
    except (RuntimeError, ValueError) as error:
        raise CaptureError(
            "input",
            f"'{path}' cannot be loaded: {first_line(str(error))}",
            "tsctl inspect says what it holds",
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


def _first_difference(
    model: LoadedModel,
    call: Call,
    pairs: dict[str, Any],
    device: str,
    tolerances: Tolerances,
    asked: set[str],
) -> dict[str, str] | None:
    found: list[dict[str, str]] = []
    open_calls: list[tuple[Any, Any]] = []

    def before(_: Any, args: Any, kwargs: Any) -> None:
        copied = lambda tensor: tensor.detach().clone()  # noqa: E731
        open_calls.append((map_tensors(args, copied), map_tensors(kwargs, copied)))

    def after(path: str, part: torch.nn.Module, outputs: Any) -> None:
        args, kwargs = open_calls.pop()
        if found:
            return
        reason = _difference(pairs[path], args, kwargs, outputs, tolerances)
        if reason is None:
            return
        asked.add(path)
        if reason:
            name = type(part).__name__
            found.append({"path": path, "class_name": name, "set": call.label, "reason": reason})

    hooks = []
    for path in pairs:
        part = model.module.get_submodule(path)
        hooks.append(part.register_forward_pre_hook(before, with_kwargs=True))
        hooks.append(
            part.register_forward_hook(lambda part, _, outputs, path=path: after(path, part, outputs))
        )
    try:
        run(model.module, call, device)
    finally:
        for hook in hooks:
            hook.remove()
    return found[0] if found else None


def _difference(part: Any, args: Any, kwargs: Any, outputs: Any, tolerances: Tolerances) -> str | None:
    """How the file's submodule answers otherwise, "" if it does not, None if it cannot be asked."""
    try:
        with torch.no_grad(), torch.jit.optimized_execution(False):
            answer = part(*args, **kwargs)
    except Exception:
        return None  # a trace may give its submodules another signature, or none
    return compare(flatten(outputs), flatten(answer), [], tolerances).reason
