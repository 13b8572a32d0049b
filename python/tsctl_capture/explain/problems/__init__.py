"""The catalogue of problems: a table from messages of TorchScript's compiler to explanations.

Each module of this package has ENTRIES: pairs of a pattern for torch's message and a function that reads the
user's code at that place. The function returns an explanation, or None if it does not recognise the code. The
first explanation is used.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from ...errors import place_text
from ...model.source import LoadedModel
from ..diagnosis import Diagnosis
from . import (
    arguments,
    attribute_names,
    attributes,
    branches,
    calls,
    classes,
    containers,
    hooks,
    libraries,
    modules,
    numeric,
    optional_values,
    parameters,
    spread,
    syntax,
)
from .refusal import Finding, Refusal, cleaned, refusal_of
from .sentences import of_line
from .user_code import UserFile, without_comment

Explain = Callable[[Refusal, re.Match[str]], Finding | None]

# In this order they are tried; the most specific come first.
_PARTS = (
    syntax,
    arguments,
    modules,
    classes,
    hooks,
    parameters,
    attributes,
    attribute_names,
    containers,
    optional_values,
    numeric,
    branches,
    spread,
    calls,
    libraries,
)
CATALOGUE: list[tuple[re.Pattern[str], Explain]] = [
    (re.compile(pattern, re.DOTALL), explain) for part in _PARTS for pattern, explain in part.ENTRIES
]


def diagnose(error: BaseException, model: LoadedModel) -> Diagnosis | None:
    """The explanation of a refusal; None if the catalogue has none."""
    refusal = refusal_of(error, model)
    for pattern, explain in CATALOGUE:
        match = pattern.search(refusal.message)
        diagnosis = _explained(explain, refusal, match) if match else None
        if diagnosis is not None:
            return diagnosis
    return None


def _explained(explain: Explain, refusal: Refusal, match: re.Match[str]) -> Diagnosis | None:
    try:
        found = explain(refusal, match)
        return _diagnosis(refusal, found) if found is not None else None
    except Exception:
        return None  # the user's code has an unexpected form; torch's own message is reported


def _diagnosis(refusal: Refusal, found: Finding) -> Diagnosis | None:
    file = found.file or refusal.file
    line = _line_of(found.node) if found.node is not None else refusal.line
    if file is None or not line:
        return None
    source_line = without_comment(file.line(line))
    change = found.change.rstrip("\n")
    if "# in __init__" in change and not _in_method(file, line):
        change = ""  # a function has no self to store the value in
    tracing = of_line(found.tracing, source_line)
    rename = f"{found.rename} at {place_text(file.path, line)}" if found.rename else ""
    return Diagnosis(found.problem, file.path, line, source_line, found.cause, change, tracing, rename)


def _in_method(file: UserFile, line: int) -> bool:
    function = file.function_at(line)
    return function is None or [item.arg for item in function.args.args][:1] == ["self"]


def _line_of(node: ast.AST) -> int:
    return getattr(node, "lineno", 0)


def place_of(error: BaseException, model: LoadedModel | None) -> str:
    """The user's innermost place in torch's message, such as "net.py:12"; empty if it names none."""
    refusal = refusal_of(error, model)
    return place_text(refusal.file.path, refusal.line) if refusal.file is not None else ""


__all__ = ["CATALOGUE", "cleaned", "diagnose", "place_of"]
