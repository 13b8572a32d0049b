"""Tries the change that a diagnosis proposes: the model scripted as if the line were written so."""

from __future__ import annotations

import linecache
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..explain.diagnosis import Diagnosis
from ..explain.problems.user_code import without_comment
from ..vocabulary import AttemptStatus
from .attempts import attempt_script
from .subject import Attempt, Subject
from .submodules import forget_compiled_types


def find_remedy(attempt: Attempt, subject: Subject) -> None:
    """Fills in the remedy of a script that failed, if one changed line is all that it needs."""
    diagnosis = attempt.diagnosis
    if diagnosis is None or not diagnosis.change or "\n" in diagnosis.change:
        return
    with _written(diagnosis) as done:
        if not done:
            return
        forget_compiled_types()
        tried = attempt_script(subject)
    forget_compiled_types()
    if tried.status == AttemptStatus.KEPT:
        what = diagnosis.rename or f"write `{diagnosis.change}` at {diagnosis.place}"
        attempt.remedy = f"{what}, and the whole model can be scripted"


@contextmanager
def _written(diagnosis: Diagnosis) -> Iterator[bool]:
    """Inside, the line of the file reads as the diagnosis proposes; false if it is not one line."""
    file = diagnosis.file
    lines = linecache.getlines(file)
    before = linecache.cache.get(file)
    old = lines[diagnosis.line - 1] if 0 < diagnosis.line <= len(lines) else ""
    if before is None or not old.strip() or without_comment(old) != without_comment(diagnosis.source_line):
        yield False
        return
    indent = old[: len(old) - len(old.lstrip())]
    changed = list(lines)
    changed[diagnosis.line - 1] = f"{indent}{diagnosis.change.strip()}\n"
    stat = Path(file).stat()
    linecache.cache[file] = (stat.st_size, stat.st_mtime, changed, file)
    try:
        yield True
    finally:
        linecache.cache[file] = before
