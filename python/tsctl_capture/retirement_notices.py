"""The notices in which torch announces that it retires TorchScript; users of tsctl cannot act on them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

# Every such notice starts with these words and has one of these categories; a TracerWarning has neither.
_WORDS = "`torch.jit."
_CATEGORIES = (FutureWarning, DeprecationWarning)


def is_retirement_notice(message: Warning | str, category: type[Warning]) -> bool:
    return issubclass(category, _CATEGORIES) and str(message).startswith(_WORDS)


@contextmanager
def without_retirement_notices() -> Iterator[None]:
    with warnings.catch_warnings():
        for category in _CATEGORIES:
            warnings.filterwarnings("ignore", message=_WORDS, category=category)
        yield
