"""The global variables of loaded modules that hold a function: `from torch import equal`, `from time import time`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any


@contextmanager
def replaced_global_variables(plain: Mapping[str, Any], replaced: Mapping[str, Any]) -> Iterator[None]:
    """Inside, each variable outside of torch that holds one of the plain values holds its replacement.

    Afterwards no variable holds a replacement, not even in a module that was imported inside.
    """
    try:
        for space, variable, key in list(_variables_with(plain, of_torch=False)):
            space[variable] = replaced[key]
        yield
    finally:
        for space, variable, key in list(_variables_with(replaced, of_torch=True)):
            space[variable] = plain[key]


def _variables_with(
    values: Mapping[str, Any], *, of_torch: bool
) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Each variable that holds one of the values: its namespace, its name, and the value's key."""
    keys = {id(value): key for key, value in values.items()}
    for title, module in list(sys.modules.items()):
        if not isinstance(module, ModuleType) or (title.split(".")[0] == "torch" and not of_torch):
            continue
        space = vars(module)
        for variable, value in list(space.items()):
            if id(value) in keys:
                yield space, variable, keys[id(value)]
