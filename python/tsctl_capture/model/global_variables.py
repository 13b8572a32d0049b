"""The global variables of loaded modules that hold a function: `from torch import equal`, `from time import time`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any


def global_variables_with(values: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Each variable outside of torch that holds one of the values: its namespace, its name, and the value's key."""
    keys = {id(value): key for key, value in values.items()}
    for title, module in list(sys.modules.items()):
        if title.split(".")[0] == "torch" or not isinstance(module, ModuleType):
            continue
        space = vars(module)
        for name, value in list(space.items()):
            if id(value) in keys:
                yield space, name, keys[id(value)]
