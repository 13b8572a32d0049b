"""Model zoos: torchvision, timm and transformers, with models by registered names (`timm:convnext_tiny`).

Weights are random or come from a local file or folder; nothing is downloaded.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from .common import Built, imported

_ZOOS = {
    "torchvision": "torchvision_models",
    "timm": "timm_models",
    "transformers": "transformers_models",
}


def is_zoo(module: str) -> bool:
    """Whether SOURCE's module is a package whose models are built by name."""
    return module in _ZOOS


def build_by_name(
    zoo: str, name: str, kwargs: Mapping[str, Any], weights: str, seed: Callable[[], None]
) -> Built:
    """Raises CaptureError: usage for a name or kwargs that do not fit, environment without the package.

    `seed` is called after the import of the package, which may draw random numbers.
    """
    package = imported(zoo, name)
    seed()
    build: Callable[..., Built] = importlib.import_module(f".{_ZOOS[zoo]}", __name__).build
    return build(package, name, dict(kwargs), weights)
