"""From SOURCE to a module in eval mode: path/to/file.py:Name, package.module:Name or timm:convnext_tiny."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import inspect
import json
import os
import random
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import torch

from ..errors import CaptureError, describe, user_traceback
from ..request import Source
from ..vocabulary import ErrorKind
from .signature import did_you_mean, shown, signature_of
from .weights import load_weights
from .zoos import build_by_name, is_zoo


@dataclass
class LoadedModel:
    """A module ready to run. `function` is what it wraps when SOURCE named a plain function."""

    module: torch.nn.Module
    class_name: str
    was_training: bool
    signature: inspect.Signature | None
    function: Callable[..., Any] | None = None
    notes: list[str] = field(default_factory=list)  # what was done on the way, one clause each

    @property
    def is_function(self) -> bool:
        return self.function is not None


class FunctionModule(torch.nn.Module):
    """A plain function with the face of a module."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)


def seed_everything(seed: int) -> None:
    random.seed(seed)
    torch.manual_seed(seed % 2**63)
    numpy = sys.modules.get("numpy")
    if numpy is None:
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
        found = find_name(imported, source)
        seed_everything(seed)
        loaded = build(found, source)
        if source.weights:
            loaded.notes += load_weights(loaded.module, source.weights)
    loaded.was_training = any(part.training for part in loaded.module.modules())
    loaded.module.eval()
    return loaded


def _from_zoo(source: Source, seed: int) -> LoadedModel:
    seeded = functools.partial(seed_everything, seed)
    built = build_by_name(source.module, source.name, _kwargs(source), source.weights, seeded)
    loaded = _loaded(built.module, type(built.module).__name__)
    loaded.notes = built.notes
    if source.weights and not built.has_weights:
        loaded.notes += load_weights(built.inner or loaded.module, source.weights)
    return loaded


def import_file(path: str) -> ModuleType:
    """Imports a .py file with its folder on sys.path."""
    if not os.path.isfile(path):
        what = "is a folder" if os.path.isdir(path) else "does not exist"
        raise CaptureError(
            ErrorKind.INPUT, f"the source file '{path}' {what}", "SOURCE is path/to/file.py:Name"
        )
    path = os.path.abspath(path)
    folder = os.path.dirname(path)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    stem = re.sub(r"\W", "_", os.path.splitext(os.path.basename(path))[0])
    name = stem if stem not in sys.modules else f"tsctl_source_{stem}"
    try:
        return _execute_file(name, path)
    except ImportError as error:
        if "relative import" not in str(error) or not os.path.isfile(os.path.join(folder, "__init__.py")):
            raise _import_failure(path, error) from error
        return _import_as_part_of_package(path)
    except (Exception, SystemExit) as error:
        raise _import_failure(path, error) from error


def _execute_file(name: str, path: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise CaptureError(
            ErrorKind.INPUT,
            f"the source file '{path}' is not a Python file",
            "SOURCE is path/to/file.py:Name",
        )
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickles look their module up there
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _import_as_part_of_package(path: str) -> ModuleType:
    """The file uses relative imports: import it under its package's name."""
    parts = [os.path.splitext(os.path.basename(path))[0]]
    folder = os.path.dirname(path)
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        folder, part = os.path.split(folder)
        parts.insert(0, part)
    sys.path.insert(0, folder)
    return import_module(".".join(parts))


def import_module(name: str) -> ModuleType:
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(error.name + ".")):
            raise CaptureError(
                ErrorKind.INPUT,
                f"the module '{name}' was not found by {sys.executable}",
                "SOURCE is path/to/file.py:Name or package.module:Name; --python chooses the environment",
            ) from error
        raise _import_failure(name, error) from error
    except (Exception, SystemExit) as error:
        raise _import_failure(name, error) from error


def _import_failure(what: str, error: BaseException) -> CaptureError:
    hint = "the traceback is your code's; run the file with Python to see the same"
    if isinstance(error, ModuleNotFoundError) and error.name:
        hint = f"install '{error.name}' for {sys.executable}, or choose another environment with --python"
    return CaptureError(
        ErrorKind.CAPTURE, f"importing '{what}' raised {describe(error)}", hint, user_traceback(error)
    )


def _candidates(module: ModuleType) -> list[str]:
    """The names in a module that SOURCE could have meant: those defined there first."""

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
                f"--kwargs does not fit '{source.name}', which is a module already",
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
    if isinstance(module, torch.jit.ScriptModule):
        class_name = getattr(module, "original_name", class_name)
    return LoadedModel(module, class_name, False, signature_of(module.forward))


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
            f"it is {shown(source.name, signature)}; give what it needs with --kwargs '{{\"name\": value}}'",
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
            "the traceback is your code's; --kwargs gives arguments to the class or factory",
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
    """Whether an annotation says that the function computes on tensors rather than builds a module."""
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
    if kwargs:
        raise CaptureError(
            ErrorKind.USAGE,
            f"--kwargs does not fit '{source.name}', which is a function that returns no nn.Module",
            "arguments of a function that is captured come from --input and --inputs",
        )
    base = found.func if isinstance(found, functools.partial) else found
    name = getattr(base, "__name__", source.name)
    return LoadedModel(FunctionModule(found), name, False, signature, found)
