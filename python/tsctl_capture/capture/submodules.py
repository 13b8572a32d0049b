"""Submodules of a user's model: finding, replacing and recording them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import _tsctl
import torch

from ..errors import CaptureError
from ..model.calls import Call
from ..model.signature import did_you_mean
from ..model.values import map_tensors
from ..reference.eager import run
from ..reference.state import restored_state
from ..vocabulary import ErrorKind
from .subject import Subject

# Limits of what is recorded. A submodule in a loop has many calls; the whole model is compared on all inputs
# afterwards.
_MOST_CALLS = 64
_MOST_RUNS = 16
_MOST_BYTES = 1 << 30


def part_at(subject: Subject, flag: str, path: str) -> torch.nn.Module:
    """The submodule at `path`. Raises CaptureError{usage} if the model has none."""
    module = subject.model.module
    try:
        found = module.get_submodule(path) if path else None
    except AttributeError:
        found = None
    if found is None:
        known = [name for name, _ in module.named_modules() if name]
        raise CaptureError(
            ErrorKind.USAGE,
            f"{flag}: '{subject.model.class_name}' has no submodule '{path}'",
            did_you_mean(path, known),
        )
    return found


@contextmanager
def replaced(root: torch.nn.Module, others: Mapping[str, torch.nn.Module]) -> Iterator[None]:
    """Inside, the modules in `others` replace the submodules at these paths, wherever they are registered."""
    swaps = []
    for path, other in others.items():
        part = root.get_submodule(path)
        for parent in root.modules():
            if not isinstance(parent, torch.jit.ScriptModule):
                names = [name for name, child in parent._modules.items() if child is part]
                swaps += [(parent, name, part, other) for name in names]
    try:
        for parent, name, _, other in swaps:
            parent._modules[name] = other
        yield
    finally:
        for parent, name, part, _ in swaps:
            parent._modules[name] = part


def forget_compiled_types() -> None:
    """Lets a class be compiled again after its compilation failed."""
    store = getattr(torch.jit._recursive, "concrete_type_store", None)
    if store is not None:
        store.type_store.clear()
        store.methods_compiled.clear()


def parent_of(path: str) -> str:
    return path.rpartition(".")[0]


def is_below(path: str, other: str) -> bool:
    """Whether `path` is inside `other`; the root "" contains all other paths."""
    return path != other and (not other or path.startswith(f"{other}."))


Recorded = list[tuple[Call, Any]]  # the calls of a submodule, with its outputs


def recorded_calls(subject: Subject, paths: Iterable[str]) -> dict[str, Recorded]:
    """The calls of each submodule in eager runs of the declared sets and of the probes that eager accepts."""
    root = subject.model.module
    recorders = {path: _Recorder() for path in paths}
    hooks = [
        hook for path, recorder in recorders.items() for hook in recorder.hooks(root.get_submodule(path))
    ]
    accepted = [probe for probe in subject.probes if probe.accepted]
    calls = [
        *subject.calls,
        *(probe.call for probe in sorted(accepted, key=lambda probe: bool(probe.inputs))),
    ]
    try:
        with restored_state(root):
            for call in calls[:_MOST_RUNS]:
                try:
                    run(root, call, subject.device)
                except (Exception, SystemExit):
                    break  # what earlier calls left in the model does not fit
                if sum(recorder.size_bytes for recorder in recorders.values()) > _MOST_BYTES:
                    break
    finally:
        for hook in hooks:
            hook.remove()
    return {path: recorder.found for path, recorder in recorders.items()}


class _Recorder:
    def __init__(self) -> None:
        self.found: Recorded = []
        self.size_bytes = 0
        self._open: list[Call] = []  # a stack, because a submodule may call itself

    def hooks(self, part: torch.nn.Module) -> list[Any]:
        return [
            part.register_forward_pre_hook(self._before, with_kwargs=True),
            part.register_forward_hook(self._after, with_kwargs=True),
        ]

    def _copied(self, value: Any) -> Any:
        def copy(tensor: torch.Tensor) -> torch.Tensor:
            self.size_bytes += tensor.numel() * tensor.element_size()  # nbytes exists for dense tensors only
            return tensor.detach().cpu().clone()

        return map_tensors(value, copy)

    def _before(self, _: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        label = f"call {len(self.found) + len(self._open) + 1}"
        full = len(self.found) >= _MOST_CALLS
        self._open.append(Call() if full else Call(label, self._copied(args), self._copied(kwargs)))

    def _after(self, _: Any, args: tuple[Any, ...], kwargs: dict[str, Any], outputs: Any) -> None:
        call = self._open.pop()
        if call.label:
            self.found.append((call, self._copied(outputs)))


def drawn_example(path: str, shape: str, seed: int, position: int) -> Call:
    """A call with an input of the shape in --trace-submodule PATH=SHAPE."""
    example = torch.empty(_sizes(path, shape), device="cpu")
    _tsctl.fill(example.data_ptr(), "float32", example.numel(), seed, position, None, None)
    return Call("", (example,))


def _sizes(path: str, shape: str) -> list[int]:
    if shape == "scalar":
        return []
    if not re.fullmatch(r"\d+(x\d+)*", shape):
        raise CaptureError(
            ErrorKind.USAGE,
            f"--trace-submodule {path}={shape}: '{shape}' is not a shape",
            f"write --trace-submodule {path}=1x3x224x224, or leave out the shape",
        )
    return [int(size) for size in shape.split("x")]
