"""The arguments that a model is run with: drawn from specifications, or read from --inputs."""

from __future__ import annotations

import hashlib
import inspect
import itertools
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import _tsctl
import torch

from ..errors import CaptureError, describe, user_traceback
from ..request import DrawnTensor, InputSet, ModelRequest
from ..vocabulary import ErrorKind, ValueChange
from .calls import Call
from .dtypes import dtype_from_name
from .importing import import_file
from .signature import did_you_mean, example_inputs, named_parameters, shown, takes_any_name
from .source import LoadedModel
from .tensor_file import read_calls, safetensors_torch
from .values import is_scalar, leaves, map_tensors

# What messages call the changed values. Lowest and highest refer to the range of --input.
VALUE_CHANGES = {
    ValueChange.MIRRORED: "mirrored values",
    ValueChange.NEGATIVE: "negative or lowest values",
    ValueChange.ZERO: "values of zero",
    ValueChange.LARGE: "large or highest values",
}
_LARGE = 1000.0
_PATH = re.compile(r"[A-Za-z_]\w*(?:\[\d+\]|\.[A-Za-z_]\w*)*", re.ASCII)
_STEP = re.compile(r"\[(\d+)\]|(\w+)")


def draw(tensor: DrawnTensor, seed: int, change: ValueChange = ValueChange.NONE) -> torch.Tensor:
    """Draws the values of one tensor."""
    name, low, high = tensor["dtype"], tensor.get("low"), tensor.get("high")
    dtype = dtype_from_name(name)
    _check_range(tensor, dtype)
    shape = list(tensor["shape"])
    pairs = shape + [2] if dtype.is_complex else shape
    staged = torch.empty(pairs, dtype=dtype_from_name(_tsctl.staging_dtype(name)), device="cpu")
    _tsctl.fill(staged.data_ptr(), name, math.prod(shape), seed, int(tensor.get("stream", 0)), low, high)
    if change:
        staged = _changed(staged, change, low, high)
    return torch.view_as_complex(staged) if dtype.is_complex else staged.to(dtype)


def changed_call(call: Call, change: ValueChange) -> Call:
    """The call with its floating-point values changed like drawn values without a range."""

    def one(tensor: torch.Tensor) -> torch.Tensor:
        return _changed(tensor, change, None, None) if tensor.is_floating_point() else tensor

    return Call(call.label, map_tensors(call.args, one), map_tensors(call.kwargs, one))


def _changed(
    staged: torch.Tensor, change: ValueChange, low: float | None, high: float | None
) -> torch.Tensor:
    """Changes the values; integers and values with a range stay inside it."""
    if staged.is_floating_point() and low is None:
        if change == ValueChange.LARGE:
            return staged * _LARGE
        return {
            ValueChange.MIRRORED: -staged,
            ValueChange.NEGATIVE: -staged.abs(),
            ValueChange.ZERO: staged * 0,
        }[change]
    bottom, top = low or 0, 1 if high is None else high
    if not staged.is_floating_point():
        bottom, top = int(bottom), int(top)
    if change == ValueChange.MIRRORED:
        return bottom + top - staged
    value = {
        ValueChange.NEGATIVE: bottom,
        ValueChange.ZERO: min(max(0, bottom), top),
        ValueChange.LARGE: top,
    }[change]
    return torch.full_like(staged, value)


def _check_range(tensor: DrawnTensor, dtype: torch.dtype) -> None:
    if dtype.is_floating_point or dtype.is_complex:
        return
    low, high = tensor.get("low"), tensor.get("high")
    smallest, largest = (0, 1) if dtype == torch.bool else (torch.iinfo(dtype).min, torch.iinfo(dtype).max)
    for bound in (low, high):
        if bound is not None and not smallest <= bound <= largest:
            raise CaptureError(
                ErrorKind.USAGE,
                f"the range {low:g}..{high:g} of an input does not fit {tensor['dtype']}",
                f"{tensor['dtype']} holds {smallest}..{largest}",
            )


def drawn_call(drawn: InputSet, seed: int, change: ValueChange = ValueChange.NONE) -> Call:
    """The call of a declared input set."""
    call = Call(drawn.get("label", ""))
    for tensor in drawn["tensors"]:
        value = draw(tensor, seed, change)
        if tensor.get("name"):
            _place(call.kwargs, tensor["name"], value)
        else:
            call.args = (*call.args, value)
    return call


def _steps(name: str) -> list[int | str]:
    """ "past[0].key" in parts; a name of another form is one part."""
    if not _PATH.fullmatch(name):
        return [name]
    return [int(index) if index else key for index, key in _STEP.findall(name)]


def _order(name: str) -> list[tuple[str, int]]:
    return [("", step) if isinstance(step, int) else (step, 0) for step in _steps(name)]


def _place(arguments: dict[str, Any], name: str, value: torch.Tensor) -> None:
    """Puts a tensor at "x", "images[0]" or "batch.ids". Raises LookupError or TypeError if others do not allow it."""
    at: Any = arguments
    for step, following in itertools.pairwise([*_steps(name), None]):
        held: Any = value if following is None else [] if isinstance(following, int) else {}
        if isinstance(at, list) and step == len(at):
            at.append(held)
        elif isinstance(at, dict) and isinstance(step, str):
            at.setdefault(step, held)
        elif not isinstance(at, list):
            raise TypeError(name)
        at = at[step]


def calls_of(request: ModelRequest) -> list[Call]:
    """The calls of all declared input sets, which are drawn or read from a file."""
    if request.inputs_from:
        return read_calls(request.inputs_from)
    if request.inputs_file:
        return load_inputs_file(request.inputs_file)
    if not request.sets:
        return [Call()]
    return [drawn_call(drawn, request.seed) for drawn in request.sets]


def _split_function(text: str) -> tuple[str, str]:
    """Splits --inputs: ("file.py", "function"), or (text, "") for a data file."""
    path, colon, name = text.rpartition(":")
    return (path, name) if colon and path.endswith(".py") else (text, "")


def inputs_sha256(text: str) -> str:
    path, _ = _split_function(text)
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def load_inputs_file(text: str) -> list[Call]:
    """Reads --inputs: .npz, .safetensors or file.py:function. Raises CaptureError."""
    path, function = _split_function(text)
    if not Path(path).is_file():
        raise CaptureError(
            ErrorKind.INPUT,
            f"the inputs file '{path}' does not exist",
            "--inputs takes .npz, .safetensors or file.py:function",
        )
    if function:
        return _calls_from_function(path, function)
    if path.endswith(".npz"):
        return [_call_from_names(_read_npz(path), path)]
    if path.endswith(".safetensors"):
        return _read_safetensors(path)
    raise CaptureError(
        ErrorKind.USAGE,
        f"--inputs '{text}' has an unknown file type",
        "--inputs takes .npz, .safetensors or file.py:function",
    )


def _read_npz(path: str) -> dict[str, torch.Tensor]:
    try:
        import numpy
    except ImportError as error:
        raise CaptureError(
            ErrorKind.ENVIRONMENT, "numpy is needed to read .npz inputs", "pip install numpy"
        ) from error
    try:
        with numpy.load(path, allow_pickle=False) as archive:
            return {name: torch.from_numpy(numpy.ascontiguousarray(archive[name])) for name in archive.files}
    except Exception as error:
        raise _unreadable(path, error) from error


def _unreadable(path: str, error: Exception) -> CaptureError:
    return CaptureError(
        ErrorKind.INPUT,
        f"the inputs file '{path}' cannot be read: {describe(error)}",
        "write it again; it must hold plain arrays named like forward's parameters",
    )


def _read_safetensors(path: str) -> list[Call]:
    package = safetensors_torch()
    try:
        return read_calls(path)  # what `tsctl run --save` wrote
    except CaptureError:
        pass
    try:
        return [_call_from_names(package.load_file(path), path)]
    except CaptureError:
        raise
    except Exception as error:
        raise _unreadable(path, error) from error


def _call_from_names(tensors: Mapping[str, torch.Tensor], path: str) -> Call:
    """The call whose arguments are named like forward's parameters, or by their positions "0", "1", …"""
    positions = sorted(int(name) for name in tensors if name.isdigit())
    if positions != list(range(len(positions))):
        raise CaptureError(
            ErrorKind.INPUT,
            f"the positional inputs in '{path}' are not numbered 0, 1, …",
            "name each array like a parameter of forward, or number all arrays from 0",
        )
    call = Call("", tuple(tensors[str(position)] for position in positions))
    named = [name for name in tensors if not name.isdigit()]
    for name in sorted(named, key=_order):
        try:
            _place(call.kwargs, name, tensors[name])
        except (LookupError, TypeError) as error:
            raise CaptureError(
                ErrorKind.INPUT,
                f"'{name}' in '{path}' does not fit the other names there",
                "number the items of a list from 0; a parameter is either one tensor or has items",
            ) from error
    return call


def _calls_from_function(path: str, name: str) -> list[Call]:
    module = import_file(path)
    function = getattr(module, name, None)
    if not callable(function):
        known = [key for key, value in vars(module).items() if inspect.isfunction(value)]
        raise CaptureError(ErrorKind.USAGE, f"'{path}' has no function '{name}'", did_you_mean(name, known))
    try:
        found = function()
        if isinstance(found, Iterable) and not isinstance(found, (torch.Tensor, tuple, Mapping, str)):
            found = list(found)
    except (Exception, SystemExit) as error:
        raise CaptureError(
            ErrorKind.CAPTURE,
            f"'{name}' of --inputs '{path}:{name}' raised {describe(error)}",
            "tsctl calls it without arguments",
            user_traceback(error),
        ) from error
    if not isinstance(found, list) or not found:
        raise CaptureError(
            ErrorKind.INPUT,
            f"'{name}' of --inputs '{path}:{name}' returned {type(found).__name__}, not a list of sets",
            "return a list; each set is a tuple of arguments, a dict of named ones, or (tuple, dict)",
        )
    many = len(found) > 1
    return [
        _call_from_set(item, f"set {i + 1}" if many else "", f"{path}:{name}") for i, item in enumerate(found)
    ]


def _call_from_set(item: Any, label: str, origin: str) -> Call:
    args: Any = item
    kwargs: Any = {}
    if (
        type(item) is tuple
        and len(item) == 2
        and isinstance(item[0], (tuple, list))
        and isinstance(item[1], dict)
    ):
        args, kwargs = item
    elif isinstance(item, dict):
        args, kwargs = (), item
    elif isinstance(item, torch.Tensor):
        args = (item,)
    if not isinstance(args, (tuple, list)):
        raise CaptureError(
            ErrorKind.INPUT,
            f"{label or 'the set'} of --inputs '{origin}' is a {type(item).__name__}",
            "a set is a tuple of arguments, a dict of named ones, or (tuple, dict)",
        )
    return Call(
        label, tuple(_as_tensor(value) for value in args), {k: _as_tensor(v) for k, v in kwargs.items()}
    )


def _as_tensor(value: Any) -> Any:
    if type(value).__module__ == "numpy" and hasattr(value, "__array__"):
        return torch.as_tensor(value)
    return value


def check_calls(calls: list[Call], model: LoadedModel) -> None:
    """Checks the arguments of every call against forward's signature. Raises CaptureError."""
    for call in calls:
        _check_values(call)
    if model.signature is not None:
        for call in calls:
            _check_names(call, model, model.signature)


def _check_values(call: Call) -> None:
    named = [*((str(i), value) for i, value in enumerate(call.args)), *call.kwargs.items()]
    for name, value in named:
        for leaf in leaves(value, name):
            if not leaf.is_tensor and not is_scalar(leaf.value):
                raise CaptureError(
                    ErrorKind.INPUT,
                    f"the argument {leaf.name} is a {type(leaf.value).__name__}",
                    "arguments are tensors, numbers, strings, None, and lists, tuples or dicts of these",
                )


def _check_names(call: Call, model: LoadedModel, signature: inspect.Signature) -> None:
    forward = model.class_name if model.is_function else "forward"
    known = named_parameters(signature)
    example = example_inputs(signature, model.module)
    hint = f"its signature is {shown(forward, signature)}; for example {example}"
    for name, value in call.kwargs.items():
        # Flags go to **kwargs (return_dict=True); a tensor with an unknown name is a mistake.
        passed_on = takes_any_name(signature) and not isinstance(value, torch.Tensor)
        if known and name not in known and not passed_on:
            raise CaptureError(
                ErrorKind.USAGE,
                f"{forward} of '{model.class_name}' has no parameter '{name}': {did_you_mean(name, known)}",
                hint,
            )
    try:
        signature.bind(*call.args, **call.kwargs)
    except TypeError as error:
        given = len(call.args) + len(call.kwargs)
        raise CaptureError(
            ErrorKind.USAGE, f"{given} inputs do not fit {forward} of '{model.class_name}': {error}", hint
        ) from error
