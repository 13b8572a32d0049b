"""Steps and errors that all zoos share."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import torch

from ...errors import CaptureError, describe, user_traceback
from ...vocabulary import ErrorKind
from ..signature import did_you_mean


@dataclass
class Built:
    """A model, with notes on how it was built: one clause each, without a full stop."""

    module: torch.nn.Module
    notes: list[str] = field(default_factory=list)
    has_weights: bool = False  # --weights is loaded already
    inner: torch.nn.Module | None = None  # the model inside a wrapper; weights files use its names


def imported(package: str, name: str) -> ModuleType:
    """Imports the package with its downloads switched off."""
    for switch in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        os.environ[switch] = "1"
    version = torch.__version__.split("+")[0]
    install = f"{sys.executable} -m pip install {package} torch=={version}"
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        missing = error.name or package
        raise CaptureError(
            ErrorKind.ENVIRONMENT,
            f"'{package}:{name}' needs the package {missing}, which the Python at '{sys.executable}' lacks",
            f"{install.replace(f' {package} ', f' {missing} ')}, or choose another environment with --python",
        ) from error
    except (Exception, SystemExit) as error:
        raise CaptureError(
            ErrorKind.ENVIRONMENT,
            f"importing {package}, which '{package}:{name}' needs, raised {describe(error)}",
            f"the package may be built for another torch: {install}",
            user_traceback(error),
        ) from error


def no_such_model(package: str, name: str, known: Iterable[str], meant: str = "") -> CaptureError:
    """`meant` is the name that the hint compares with the known names, if that is not `name`."""
    return CaptureError(
        ErrorKind.USAGE, f"{package} has no model '{name}'", did_you_mean(meant or name, known)
    )


def refuse_downloads(package: str, name: str, kwargs: Mapping[str, Any], keys: Iterable[str]) -> None:
    asked = [key for key in keys if kwargs.get(key)]
    if asked:
        raise CaptureError(
            ErrorKind.USAGE,
            f"--kwargs asks {package}:{name} for '{asked[0]}', which would be downloaded",
            "give a local file of weights with --weights FILE",
        )


def kwargs_do_not_fit(source: str, reason: str, hint: str) -> CaptureError:
    return CaptureError(ErrorKind.USAGE, f"--kwargs does not fit '{source}': {reason}", hint)


def called(source: str, build: Callable[[], Any]) -> Any:
    """Calls `build`; an unknown keyword is an error in --kwargs."""
    try:
        return build()
    except CaptureError:
        raise
    except (Exception, SystemExit) as error:
        if isinstance(error, TypeError) and "keyword argument" in str(error):
            raise kwargs_do_not_fit(source, str(error), "leave that key out of --kwargs") from error
        raise CaptureError(
            ErrorKind.CAPTURE,
            f"building '{source}' raised {describe(error)}",
            "change its arguments with --kwargs",
            user_traceback(error),
        ) from error


def random_weights_note(weights: str) -> list[str]:
    return [] if weights else ["its weights are random, drawn with --seed; --weights FILE loads weights"]
