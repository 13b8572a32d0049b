"""The channel through which a job reports to C++ while it runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, TypeVar

Item = TypeVar("Item")


class Events(Protocol):
    def progress(self, text: str) -> None:
        """Names the step that begins."""

    def share_done(self, text: str, share: float) -> None:
        """Names the step with the share of it that is done, 0 to 1."""

    def warning(self, code: str, text: str) -> None:
        """Sends a warning at once; other warnings are part of the result."""


def with_progress(items: Sequence[Item], text: str, events: Events) -> Iterator[Item]:
    """The items, with the share of them that is done as progress."""
    events.progress(text)
    for done, item in enumerate(items):
        events.share_done(text, done / len(items))
        yield item
