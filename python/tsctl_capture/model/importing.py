"""Imports the Python file or module that SOURCE or --inputs names."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

from ..errors import CaptureError, describe, user_traceback
from ..vocabulary import ErrorKind
from .utf8_paths import utf8_paths


def import_file(text: str) -> ModuleType:
    """Imports a .py file with its folder on sys.path."""
    path = Path(text)
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise CaptureError(
            ErrorKind.INPUT, f"the source file '{text}' {what}", "SOURCE is path/to/file.py:Name"
        )
    path = path.absolute()
    folder, file = utf8_paths(path)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    stem = re.sub(r"\W", "_", path.stem)
    name = stem if stem not in sys.modules else f"tsctl_source_{stem}"
    try:
        return _execute_file(name, file)
    except ImportError as error:
        if not _needs_its_package(path, error):
            raise _import_failure(str(path), error) from error
        return _import_as_part_of_package(path)
    except (Exception, SystemExit) as error:
        raise _import_failure(str(path), error) from error


def _execute_file(name: str, path: str) -> ModuleType:
    loader = SourceFileLoader(name, path) if path.startswith("/proc/self/fd/") else None
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    if spec is None or spec.loader is None:
        raise CaptureError(
            ErrorKind.INPUT,
            f"the source file '{path}' is not a Python file",
            "SOURCE is path/to/file.py:Name",
        )
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickles look for their module there
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _is_in_package(path: Path) -> bool:
    return (path.parent / "__init__.py").is_file()


def _needs_its_package(path: Path, error: ImportError) -> bool:
    """Whether the file imports from the package that it is in: relatively, or by the name of the package."""
    if not _is_in_package(path):
        return False
    while _is_in_package(path):
        path = path.parent
    return "relative import" in str(error) or (error.name or "").split(".")[0] == path.name


def _import_as_part_of_package(path: Path) -> ModuleType:
    """Imports a file that uses relative imports under the name of its package."""
    parts = [path.stem]
    while _is_in_package(path):
        path = path.parent
        parts.insert(0, path.name)
    sys.path.insert(0, str(path.parent))
    return import_module(".".join(parts))


def import_module(name: str) -> ModuleType:
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
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
    hint = "the traceback shows your code; running the file with Python should raise the same error"
    if isinstance(error, ModuleNotFoundError) and error.name:
        hint = f"install '{error.name}' for {sys.executable}, or choose another environment with --python"
    return CaptureError(
        ErrorKind.CAPTURE, f"importing '{what}' raised {describe(error)}", hint, user_traceback(error)
    )
