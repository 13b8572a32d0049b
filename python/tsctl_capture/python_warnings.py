"""Python's warnings go where tsctl reports them: printed, they would end up in the progress line."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from .errors import first_line, place_text
from .events import Events
from .retirement_notices import is_retirement_notice
from .vocabulary import WarningCode


@contextmanager
def handled_warnings(
    handle: Callable[[Warning | str, type[Warning], str, int], None],
) -> Iterator[None]:
    """Inside, every warning that the filters let through goes to `handle` with its category, file and line.

    It is not printed. The notices that torch retires TorchScript are dropped.
    """

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if not is_retirement_notice(message, category):
            handle(message, category, filename, lineno)

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield


@contextmanager
def sent_warnings(events: Events) -> Iterator[None]:
    """Inside, the warnings are sent to `events`, each text once."""
    sent: set[str] = set()

    def send(message: Warning | str, category: type[Warning], filename: str, lineno: int) -> None:
        text = f"{place_text(filename, lineno)}: {category.__name__}: {first_line(str(message))}"
        if text not in sent:
            sent.add(text)
            events.warning(WarningCode.PYTHON_WARNING, text)

    with handled_warnings(send):
        yield
