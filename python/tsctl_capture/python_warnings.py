"""Python's warnings become warnings of the report: printed, they would end up in the progress line."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from .errors import first_line, place_text
from .events import Events
from .retirement_notices import is_retirement_notice
from .vocabulary import WarningCode


@contextmanager
def sent_warnings(events: Events) -> Iterator[None]:
    """Inside, every warning that the filters let through is sent to `events`, each text once."""
    sent: set[str] = set()

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if is_retirement_notice(message, category):
            return
        text = f"{place_text(filename, lineno)}: {category.__name__}: {first_line(str(message))}"
        if text not in sent:
            sent.add(text)
            events.warning(WarningCode.PYTHON_WARNING, text)

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield
