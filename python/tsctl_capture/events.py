"""The channel through which a job reports to C++ while it runs."""

from __future__ import annotations

from typing import Protocol


class Events(Protocol):
    def progress(self, text: str) -> None:
        """Names the step that begins."""

    def warning(self, code: str, text: str) -> None:
        """Sends a warning at once; other warnings are part of the result."""
