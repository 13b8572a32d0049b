"""Branches that a capture takes otherwise than eager mode: `if torch.jit.is_tracing():`, `isinstance(size, int)`.

torch warns of neither. For a trace, the instructions of the user's code that it runs are compared with those that
eager mode runs.
"""

from __future__ import annotations

import ast
import dis
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any

import torch

from ..errors import is_users_file
from ..explain.graph_reading import nodes_of
from ..explain.syntax_tree import syntax_nodes
from ..explain.trace_advice import only_checks, statement_at
from ..model.calls import Call
from ..reference.eager import run
from ..reference.outside import kept_generators
from ..reference.state import restored_state
from .subject import Subject

Line = tuple[str, int]  # a file and a line in it
_SCRIPTED = re.compile(r'File "([^"]+)", line (\d+)')


@dataclass
class Path:
    """The instructions of the user's code that ran, by function."""

    ran: dict[int, tuple[CodeType, set[int]]] = field(default_factory=dict)  # by the identity of the code


@contextmanager
def recorded_path() -> Iterator[Path]:
    """Records what runs inside; nothing under a debugger, which needs Python's only hook for this."""
    path = Path()
    if sys.gettrace() is not None:
        yield path
        return

    def enter(frame: FrameType, event: str, _: Any) -> Any:
        code = frame.f_code
        if not is_users_file(code.co_filename):
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        _, offsets = path.ran.setdefault(id(code), (code, set()))

        def step(frame: FrameType, event: str, _: Any) -> Any:
            if event == "opcode":
                offsets.add(frame.f_lasti)
            return step

        return step

    sys.settrace(enter)
    try:
        yield path
    finally:
        sys.settrace(None)


def eager_path(subject: Subject, call: Call) -> Path:
    """What eager mode runs for a call."""
    module = subject.model.module
    with (
        kept_generators(),
        restored_state(module),
        recorded_path() as path,
        suppress(Exception, SystemExit),  # the same call raised nothing before
    ):
        run(module, call, subject.device)
    return path


def other_branches(eager: Path, traced: Path) -> list[Line]:
    """The branches at which the two paths part, in the order in which the trace came to their functions."""
    found: list[Line] = []
    for key, (code, ran) in traced.ran.items():
        theirs = eager.ran[key][1] if key in eager.ran else set()
        different = {one for one in ran ^ theirs if not _is_in_test(code, one)}
        before = [offset for offset in ran & theirs if offset < min(different, default=0)]
        if before:
            found.append((code.co_filename, _line_at(code, max(before))))
    return list(dict.fromkeys(found))


def _is_in_test(code: CodeType, offset: int) -> bool:
    """Whether it belongs to the condition of an `if` or `while`, such as the second part of `a and b`."""
    line = _line_at(code, offset)
    statement = statement_at(code.co_filename, line)
    return isinstance(statement, (ast.If, ast.While)) and line < statement.body[0].lineno


def _line_at(code: CodeType, offset: int) -> int:
    starts = [line for start, line in dis.findlinestarts(code) if start <= offset and line is not None]
    return starts[-1] if starts else code.co_firstlineno


def scripted_branches(module: torch.jit.ScriptModule) -> list[Line]:
    """The branches on torch.jit.is_scripting() in the functions that were compiled, except mere checks."""
    compiled: dict[str, set[int]] = {}
    for name in module._c._method_names():
        for node in nodes_of(module._c._get_method(name).inlined_graph):
            for file, number in _SCRIPTED.findall(node.sourceRange()):
                compiled.setdefault(file, set()).add(int(number))
    return [
        (file, line)
        for file, lines in compiled.items()
        if is_users_file(file)
        for line in _scripting_tests(file, lines)
        if not only_checks(file, line)
    ]


def _scripting_tests(file: str, compiled: set[int]) -> list[int]:
    found = []
    for function in syntax_nodes(file):
        if not isinstance(function, ast.FunctionDef):
            continue
        if compiled.isdisjoint(range(function.lineno, (function.end_lineno or function.lineno) + 1)):
            continue
        branches = [node for node in ast.walk(function) if isinstance(node, (ast.If, ast.IfExp, ast.While))]
        found += [node.test.lineno for node in branches if _asks_for_scripting(node.test)]
    return sorted(set(found))


def _asks_for_scripting(test: ast.expr) -> bool:
    called = [node.func for node in ast.walk(test) if isinstance(node, ast.Call)]
    return any(getattr(one, "attr", getattr(one, "id", "")) == "is_scripting" for one in called)
