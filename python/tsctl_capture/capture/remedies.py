"""Tries the changes that diagnoses propose, one after the other: the model scripted as if its code were written so."""

from __future__ import annotations

import linecache
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import FunctionType
from typing import Any

import torch

from ..explain.diagnosis import Diagnosis
from ..explain.problems.user_code import file_of, user_file, without_comment
from ..explain.trace_advice import is_code, takes_tensors
from ..vocabulary import AttemptStatus
from .attempts import attempt_script
from .subject import Attempt, Subject
from .submodules import forget_compiled_types

_MOST_CHANGES = 5
_IN_INIT = "  # in __init__"
_IN_BASE = re.compile(r"def (?P<new>\w+)\(.*\):  # in the base class, with the body of its (?P<old>\w+)$")
_KEPT = re.compile(r"(self\.\w+) = (.+)  # in __init__")
_HOLDER = re.compile(r"self\.(?P<name>\w+) = .*\b(?P<kind>ModuleList|ModuleDict)\(")


def find_remedy(attempt: Attempt, subject: Subject) -> None:
    """Fills in the remedy of a script that failed, if a few changes are all that it needs.

    If they are not, the reason says what is refused after the changes.
    """
    changes: list[Diagnosis] = []
    found, is_kept = attempt.diagnosis, False
    with ExitStack() as written:
        while found is not None and found not in changes and len(changes) < _MOST_CHANGES:
            found = _at_changed_line(found)
            if not written.enter_context(_written(found, subject)):
                break
            changes.append(found)
            forget_compiled_types()
            tried = attempt_script(subject)
            found, is_kept = tried.diagnosis, tried.status == AttemptStatus.KEPT
    forget_compiled_types()
    if is_kept:
        attempt.remedy = _remedy(changes)
    elif changes and found is not None and found.cause not in [one.cause for one in changes]:
        attempt.reason += f"; and after that change {found.place}: {found.cause}"


def advise(attempts: Sequence[Attempt]) -> None:
    """The rewritten line of a trace's only decision, as the remedy where no other is known."""
    if any(attempt.remedy for attempt in attempts):
        return
    for attempt in attempts:
        deciding = {one.place: one for one in attempt.notices if one.decides_by_value}
        if attempt.status != AttemptStatus.NOT_GENERAL or len(deciding) != 1:
            continue
        one = next(iter(deciding.values()))
        if one.is_branch and is_code(one.advice) and takes_tensors(one.advice):
            attempt.remedy = f"write `{one.advice}` at {one.place}: it chooses by value, in a trace too"
            return


def _remedy(changes: list[Diagnosis]) -> str:
    if len(changes) == 1 and "\n" not in changes[0].change:
        one = changes[0]
        what = one.rename or f"write `{one.change}` at {one.place}"
        return f"{what}, and the whole model can be scripted"
    these = f"these {len(changes)} changes" if len(changes) > 1 else "this change"
    lines = [f"with {these} the whole model can be scripted:"]
    for one in changes:
        lines += [
            f"  {one.place} `{one.source_line}` becomes",
            *(f"    {line}" for line in one.change.splitlines()),
        ]
    return "\n".join(lines)


@contextmanager
def _written(diagnosis: Diagnosis, subject: Subject) -> Iterator[bool]:
    """Inside, the model is as the diagnosis proposes; false if that needs more than can be tried here."""
    *others, last = diagnosis.change.splitlines() or [""]
    with ExitStack() as undo:
        try:
            done = all(_made(line, diagnosis, subject, undo) for line in others)
            done = done and bool(last) and _last_made(last, diagnosis, subject, undo)
        except Exception:
            done = False  # the change names something that only the user's code has
        yield done


def _at_changed_line(diagnosis: Diagnosis) -> Diagnosis:
    """The diagnosis at the line that its change replaces, which may read the value that __init__ then keeps."""
    *others, text = diagnosis.change.splitlines() or [""]
    values = [found.groups() for found in map(_KEPT.fullmatch, others) if found is not None]
    for number, line in enumerate(linecache.getlines(diagnosis.file), 1):
        found = without_comment(line)
        if any(value in found and found.replace(value, name) == text for name, value in values):
            return replace(diagnosis, line=number, source_line=found)
    return diagnosis


def _last_made(line: str, diagnosis: Diagnosis, subject: Subject, undo: ExitStack) -> bool:
    held = _HOLDER.match(line)
    if "  # " in line and not line.endswith(_IN_INIT):
        return False  # it belongs to another place
    if held is not None:
        for part in _owners(diagnosis, subject):
            _restore_later(part, undo)
            modules = getattr(torch.nn, held["kind"])(getattr(part, held["name"]))
            setattr(part, held["name"], modules.eval())
        return True
    if line.startswith("self.") and _is_in_init(diagnosis):
        line += _IN_INIT
    return _made(line, diagnosis, subject, undo) or _replaced(diagnosis, line, undo)


def _is_in_init(diagnosis: Diagnosis) -> bool:
    file = user_file(diagnosis.file)
    function = file.function_at(diagnosis.line) if file is not None else None
    return function is not None and function.name == "__init__"


def _made(line: str, diagnosis: Diagnosis, subject: Subject, undo: ExitStack) -> bool:
    """Does what a line asks for that stands beside the changed one."""
    owners = _owners(diagnosis, subject)
    base = _IN_BASE.match(line)
    if base is not None:
        for kind in dict.fromkeys(_class_with_line(type(part), diagnosis) for part in owners):
            theirs = next(one for one in (kind or object).__mro__[1:] if base["old"] in vars(one))
            setattr(theirs, base["new"], _named(base["new"], vars(theirs)[base["old"]]))
            undo.callback(delattr, theirs, base["new"])
        return bool(owners)
    if not line.endswith(_IN_INIT) or not line.startswith("self."):
        return False
    for part in owners:
        _restore_later(part, undo)
        exec(line, dict(vars(sys.modules[type(part).__module__])), {"self": part})
    return bool(owners)


def _named(name: str, function: FunctionType) -> FunctionType:
    """The function under another name, which the compiler takes from it."""
    found = FunctionType(
        function.__code__, function.__globals__, name, function.__defaults__, function.__closure__
    )
    found.__annotations__, found.__kwdefaults__ = function.__annotations__, function.__kwdefaults__
    return found


def _owners(diagnosis: Diagnosis, subject: Subject) -> list[torch.nn.Module]:
    """The modules whose class, or a base of it, has the line."""

    parts = subject.model.module.modules()
    return [part for part in parts if _class_with_line(type(part), diagnosis) is not None]


def _class_with_line(kind: type, diagnosis: Diagnosis) -> type | None:
    for base in kind.__mro__:
        file = file_of(base)
        node = file.class_named(base.__name__) if file is not None else None
        if file is None or node is None or file.path != diagnosis.file:
            continue
        if node.lineno <= diagnosis.line <= (node.end_lineno or 0):
            return base
    return None


def _restore_later(part: torch.nn.Module, undo: ExitStack) -> None:
    """At the end the module has the attributes that it has now."""
    held = vars(part)
    tables = [held, part._parameters, part._buffers, part._modules]
    for table, before in [(table, dict(table)) for table in tables]:

        def restore(table: dict[str, Any] = table, before: dict[str, Any] = before) -> None:
            table.clear()
            table.update(before)

        undo.callback(restore)


def _replaced(diagnosis: Diagnosis, text: str, undo: ExitStack) -> bool:
    """Puts the text in the place of the line, for all who read the file; false if it is not one line."""
    file = diagnosis.file
    lines = linecache.getlines(file)
    before = linecache.cache.get(file)
    old = lines[diagnosis.line - 1] if 0 < diagnosis.line <= len(lines) else ""
    if before is None or not old.strip() or without_comment(old) != without_comment(diagnosis.source_line):
        return False
    indent = old[: len(old) - len(old.lstrip())]
    changed = list(lines)
    changed[diagnosis.line - 1] = f"{indent}{text.strip()}\n"
    stat = Path(file).stat()
    undo.callback(linecache.cache.__setitem__, file, before)
    linecache.cache[file] = (stat.st_size, stat.st_mtime, changed, file)
    return True
