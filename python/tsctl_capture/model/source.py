"""Builds the module that SOURCE names: path/to/file.py:Name, package.module:Name or timm:convnext_tiny."""

from __future__ import annotations

import functools
import inspect
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any

import torch

from ..errors import CaptureError, describe, user_traceback
from ..request import Source
from ..vocabulary import ErrorKind
from .importing import import_file, import_module
from .methods import has_forward, method_module, method_names, require_tensors
from .signature import did_you_mean, shown, signature_of
from .uncompiled import model_is_built
from .weights import load_weights
from .zoos import build_by_name, is_zoo


@dataclass
class LoadedModel:
    """A module in eval mode. `function` is the plain function that it wraps, if SOURCE named one."""

    module: torch.nn.Module
    class_name: str
    was_training: bool
    signature: inspect.Signature | None
    function: Callable[..., Any] | None = None
    notes: list[str] = field(default_factory=list)  # what a user should know of the build, one clause each

    @property
    def is_function(self) -> bool:
        return self.function is not None


class FunctionModule(torch.nn.Module):
    """A module whose forward is a plain function."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)


def seed_everything(seed: int) -> None:
    random.seed(seed)
    torch.manual_seed(seed % 2**63)
    try:
        import numpy
    except ImportError:
        return
    numpy.random.seed(seed % 2**32)


def load_model(source: Source, seed: int) -> LoadedModel:
    """Builds the module on the CPU. Raises CaptureError of kind usage, input or capture."""
    seed_everything(seed)
    if not source.file and is_zoo(source.module):
        loaded = _from_zoo(source, seed)
    else:
        imported = import_file(source.file) if source.file else import_module(source.module)
        found, method = find_method(imported, source)
        seed_everything(seed)
        loaded = build(found, source)
        if source.weights:
            loaded.notes += load_weights(loaded.module, source.weights)
        _use_method(loaded, method, source)
    if model_is_built():
        loaded.notes.append("torch.compile is left out: the functions that it is called with are captured")
    loaded.was_training = any(getattr(part, "training", False) for part in loaded.module.modules())
    _set_eval_mode(loaded)
    return loaded


def _set_eval_mode(loaded: LoadedModel) -> None:
    """A module of torch.export refuses to change its mode, and would leave those after it in training mode."""
    try:
        loaded.module.eval()
    except NotImplementedError:
        for part in loaded.module.modules():
            part.training = False
        if "train" in vars(loaded.module):  # exported itself: it computes what was exported in either mode
            loaded.was_training = False


def _from_zoo(source: Source, seed: int) -> LoadedModel:
    seeded = functools.partial(seed_everything, seed)
    built = build_by_name(source.module, source.name, _kwargs(source), source.weights, seeded)
    loaded = _loaded(built.module, type(built.module).__name__)
    loaded.notes = built.notes
    if source.weights and not built.has_weights:
        loaded.notes += load_weights(built.inner or loaded.module, source.weights)
    return loaded


def _candidates(module: ModuleType) -> list[str]:
    """The names that SOURCE may name in a module; names that the module defines itself come first."""

    def fits(value: Any) -> bool:
        if isinstance(value, type):
            return issubclass(value, torch.nn.Module)
        return isinstance(value, torch.nn.Module) or inspect.isfunction(value)

    fitting = [name for name, value in vars(module).items() if not name.startswith("_") and fits(value)]
    return sorted(fitting, key=lambda name: getattr(vars(module)[name], "__module__", "") != module.__name__)


def find_name(module: ModuleType, source: Source) -> Any:
    found: Any = module
    for part in source.name.split("."):
        if not hasattr(found, part):
            raise CaptureError(
                ErrorKind.USAGE,
                f"'{source.file or source.module}' has no name '{source.name}'",
                did_you_mean(source.name, _candidates(module)) or "it defines no module, class or function",
            )
        found = getattr(found, part)
    return found


def find_method(module: ModuleType, source: Source) -> tuple[Any, str]:
    """What SOURCE names, and "". For the method of a model, Name.method, what makes the model, and the method."""
    owner, dot, last = source.name.rpartition(".")
    if dot:
        found = find_name(module, replace(source, name=owner))
        is_model = isinstance(found, torch.nn.Module) or inspect.isfunction(found)
        if is_model or (isinstance(found, type) and issubclass(found, torch.nn.Module)):
            return found, last
    return find_name(module, source), ""


def _use_method(loaded: LoadedModel, method: str, source: Source) -> None:
    """Puts the method in the place of forward. Raises CaptureError{usage} if there is none to capture."""
    name, module = source.text or source.name, loaded.module
    if not method:
        if loaded.function is None:
            _require_forward(module, name)
        return
    part = getattr(module, method, None)
    if isinstance(part, torch.nn.Module):
        loaded.module, loaded.class_name = part, type(part).__name__
        loaded.signature = signature_of(part.forward)
    elif callable(part):
        loaded.signature = signature_of(part)
        loaded.class_name += f".{method}"
        loaded.module = method_module(module, method)
    else:
        hint = did_you_mean(method, method_names(module))
        raise CaptureError(ErrorKind.USAGE, f"'{name}': there is no method '{method}'", hint)


def _require_forward(module: torch.nn.Module, name: str) -> None:
    if has_forward(module):
        return
    if isinstance(module, torch.jit.ScriptModule) and type(module).__dict__.get("forward") is not None:
        raise CaptureError(
            ErrorKind.USAGE,
            f"'{name}' is a torch.jit.ScriptModule whose forward is not compiled",
            "mark its forward @torch.jit.script_method, or derive the class from torch.nn.Module",
        )
    known = method_names(module)
    raise CaptureError(
        ErrorKind.USAGE,
        f"'{name}' has no forward" + (f", only {', '.join(known)}" if known else ""),
        f"name the method to capture: {name}.{known[0]}" if known else "define forward(self, x)",
    )


def _kwargs(source: Source) -> dict[str, Any]:
    if not source.kwargs_json:
        return {}
    try:
        kwargs = json.loads(source.kwargs_json)
    except ValueError as error:
        raise CaptureError(
            ErrorKind.USAGE,
            f"--kwargs '{source.kwargs_json}' is not JSON: {error}",
            "write --kwargs '{\"hidden\": 256}'",
        ) from error
    if not isinstance(kwargs, dict):
        raise CaptureError(
            ErrorKind.USAGE,
            f"--kwargs '{source.kwargs_json}' is not a JSON object",
            "write --kwargs '{\"hidden\": 256}'",
        )
    return kwargs


def build(found: Any, source: Source) -> LoadedModel:
    kwargs = _kwargs(source)
    if isinstance(found, torch.nn.Module):
        if kwargs:
            raise CaptureError(
                ErrorKind.USAGE,
                f"--kwargs does not fit '{source.name}', which is already a module",
                "leave --kwargs out, or name the class or factory that builds the module",
            )
        return _loaded(found, type(found).__name__)
    if isinstance(found, type):
        return _from_class(found, source, kwargs)
    if callable(found):
        return _from_function(found, source, kwargs)
    raise CaptureError(
        ErrorKind.USAGE,
        f"'{source.name}' in '{source.file or source.module}' is a {type(found).__name__}",
        "SOURCE names an nn.Module class, a module, a function that returns one, or a function of tensors",
    )


def _loaded(module: torch.nn.Module, class_name: str) -> LoadedModel:
    notes = []
    if _is_wrapped(module) or any(_is_wrapped(part) for part in module.modules()):
        module, notes = (
            _unwrapped(module),
            ["torch.compile's wrapper is left out: the model in it is captured"],
        )
        class_name = type(module).__name__
    if isinstance(module, torch.jit.ScriptModule):
        class_name = getattr(module, "original_name", class_name)
    signature = signature_of(module.forward) if has_forward(module) else None
    return LoadedModel(module, class_name, False, signature, notes=notes)


def _is_wrapped(part: torch.nn.Module) -> bool:
    """Whether torch.compile() made it, or compile() was called on it."""
    return "_orig_mod" in part._modules or getattr(part, "_compiled_call_impl", None) is not None


def _unwrapped(module: torch.nn.Module) -> torch.nn.Module:
    """The module without the wrappers of torch.compile, also inside."""
    module = module._modules.get("_orig_mod") or module
    for part in module.modules():
        if getattr(part, "_compiled_call_impl", None) is not None:
            part._compiled_call_impl = None
        for name, child in part._modules.items():
            if child is not None and "_orig_mod" in child._modules:
                part._modules[name] = child._modules["_orig_mod"]
    return module


def _check_kwargs(found: Callable[..., Any], source: Source, kwargs: dict[str, Any]) -> None:
    signature = signature_of(found)
    if signature is None:
        return
    try:
        signature.bind(**kwargs)
    except TypeError as error:
        given = f"--kwargs '{source.kwargs_json}'" if source.kwargs_json else "no --kwargs"
        raise CaptureError(
            ErrorKind.USAGE,
            f"{given} does not fit '{source.name}': {error}",
            f"its signature is {shown(source.name, signature)}; "
            "give arguments with --kwargs '{\"name\": value}'",
        ) from error


def _called(found: Callable[..., Any], source: Source, kwargs: dict[str, Any]) -> Any:
    try:
        return found(**kwargs)
    except CaptureError:
        raise
    except (Exception, SystemExit) as error:
        raise CaptureError(
            ErrorKind.CAPTURE,
            f"building '{source.text or source.name}' raised {describe(error)}",
            "the traceback shows your code; --kwargs passes arguments to the class or factory",
            user_traceback(error),
        ) from error


def _from_class(found: type, source: Source, kwargs: dict[str, Any]) -> LoadedModel:
    if not issubclass(found, torch.nn.Module):
        raise CaptureError(
            ErrorKind.USAGE,
            f"the class '{source.name}' is not an nn.Module",
            "SOURCE names a class derived from nn.Module",
        )
    _check_kwargs(found, source, kwargs)
    return _loaded(_called(found, source, kwargs), found.__name__)


def _takes_tensors(function: Callable[..., Any]) -> bool:
    """Whether an annotation shows that the function computes on tensors and does not build a module."""
    annotations = getattr(function, "__annotations__", {})
    return any(
        kind is torch.Tensor or (isinstance(kind, str) and kind.split(".")[-1] == "Tensor")
        for kind in annotations.values()
    )


def _from_function(found: Callable[..., Any], source: Source, kwargs: dict[str, Any]) -> LoadedModel:
    signature = signature_of(found)
    fits = False
    if (
        signature is not None
        and not isinstance(found, torch.jit.ScriptFunction)
        and not _takes_tensors(found)
    ):
        try:
            signature.bind(**kwargs)
            fits = True
        except TypeError:
            if kwargs:
                _check_kwargs(found, source, kwargs)
    if fits:
        built = _called(found, source, kwargs)
        if isinstance(built, torch.nn.Module):
            return _loaded(built, type(built).__name__)
        require_tensors(built, source.text or source.name, signature)
    if kwargs:
        raise CaptureError(
            ErrorKind.USAGE,
            f"--kwargs does not fit '{source.name}', which is a function that returns no nn.Module",
            "a function that is captured gets its arguments from --input and --inputs",
        )
    base = found.func if isinstance(found, functools.partial) else found
    name = getattr(base, "__name__", source.name)
    return LoadedModel(FunctionModule(found), name, False, signature, found)
