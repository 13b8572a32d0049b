"""Values that may be None and are used without a check."""

from __future__ import annotations

import ast
import re

from .refusal import Finding, Refusal
from .sentences import (
    NO_VALUES,
    of_branch,
)
from .user_code import (
    UserFile,
    assignments_to,
    called_name,
    default_of,
    is_self_attribute,
    parameters_of,
)

_FOR_EXAMPLE = "tracing works, for the arguments that the example has"


def _candidates(refusal: Refusal) -> list[ast.expr]:
    """Names and attributes in the refused expression, or in the whole line, in order."""
    root = refusal.expression if refusal.node is not None else refusal.statement
    found = [
        node
        for node in (ast.walk(root) if root is not None else ())
        if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load)
    ]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def _may_be_none(refusal: Refusal, node: ast.expr) -> bool:
    function = refusal.function
    if is_self_attribute(node):
        return _optional_attribute(refusal, node.attr)
    if not isinstance(node, ast.Name) or function is None or refusal.file is None:
        return False
    for parameter in parameters_of(function):
        if parameter.arg == node.id:
            noted = refusal.file.text(parameter.annotation) if parameter.annotation else ""
            default = default_of(function, node.id)
            none = isinstance(default, ast.Constant) and default.value is None
            return "Optional" in noted or "None" in noted or none
    given = [item.value for item in assignments_to(function, node.id, refusal.line)]
    return any(
        isinstance(item, ast.Constant) and item.value is None
        for value in given
        if value is not None
        for item in ast.walk(value)
    )


def _optional_attribute(refusal: Refusal, name: str) -> bool:
    file = refusal.file
    for node in ast.walk(file.tree) if file else ():
        if isinstance(node, ast.AnnAssign) and file is not None:
            target = node.target
            if (isinstance(target, ast.Name) and target.id == name) or is_self_attribute(target, name):
                noted = file.text(node.annotation)
                return "Optional" in noted or "None" in noted
    return False


def optional_value(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """A value that may be None is used without a check."""
    file, function = refusal.file, refusal.function
    if file is None or function is None:
        return None
    line = file.shown(refusal.line)
    for node in _candidates(refusal):
        if not _may_be_none(refusal, node):
            continue
        shown = file.text(node)
        if is_self_attribute(node):
            name = shown.removeprefix("self.")
            checked = [
                item
                for item in ast.walk(function)
                if isinstance(item, ast.If)
                and shown in file.text(item.test)
                and "None" in file.text(item.test)
            ]
            test = f"if {name} is not None:\n    " if checked else f"assert {name} is not None\n"
            change = f"{name} = {shown}\n{test}{line.replace(shown, name)}"
            cause = (
                f"'{shown}' may be None: TorchScript accepts a check of a local name, but not of an attribute"
            )
            return Finding("optional-attribute", cause, change, _FOR_EXAMPLE)
        change = f"assert {shown} is not None\n{line}"
        cause = f"'{shown}' may be None, and no check before this line excludes that"
        return Finding("optional-value", cause, change, _FOR_EXAMPLE)
    for node in _candidates(refusal):
        given = assignments_to(function, node.id, refusal.line) if isinstance(node, ast.Name) else []
        called = given[-1].value if given else None
        if isinstance(called, ast.Call) and file.functions(called_name(called)):
            shown = file.text(called.func)
            cause = f"'{file.text(node)}' may be None: '{shown}' returns None on some path"
            change = f"assert {file.text(node)} is not None\n{line}"
            return Finding("optional-value", cause, change, _FOR_EXAMPLE)
    inner = ast.walk(refusal.expression) if refusal.expression is not None else ()
    call = next((node for node in inner if isinstance(node, ast.Call)), None)
    return _optional_result(file, call) if call is not None else None


def _optional_result(file: UserFile, node: ast.Call) -> Finding | None:
    called = file.text(node.func)
    if called.endswith(".get") and len(node.args) == 1:
        change = file.replaced(node, f"{called.removesuffix('.get')}[{file.text(node.args[0])}]")
        cause = f"'{file.text(node)}' may be None, and no check before this line excludes that"
        return Finding("optional-value", cause, change, NO_VALUES)
    functions = file.functions(called.rsplit(".", 1)[-1])
    if not functions:
        return None
    change = f"out = {file.text(node)}\nassert out is not None\n{file.replaced(node, 'out')}"
    cause = f"'{called}' returns None on some path, and no check excludes that here"
    return Finding("optional-value", cause, change, of_branch(node, None))


def optional_condition(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """`if mask:` and `n or 2`, where None means false."""
    file, node = refusal.file, refusal.node
    if file is None or not isinstance(node, ast.expr):
        return None
    shown, above = file.text(node), file.parent_of(node)
    cause = f"'{shown}' may be None: TorchScript cannot use it as a condition"
    if isinstance(above, ast.BoolOp) and isinstance(above.op, ast.Or) and len(above.values) == 2:
        change = file.replaced(above, f"{shown} if {shown} is not None else {file.text(above.values[1])}")
    else:
        change = file.replaced(node, f"{shown} is not None")
    return Finding("optional-condition", cause, change, _FOR_EXAMPLE)


ENTRIES = [
    (r"^Could not cast value of type Optional\[.*\] to bool", optional_condition),
    (
        r"instead found type 'Optional\["
        r"|^'Optional\[.*\]' object has no attribute|instead found type 'NoneType'",
        optional_value,
    ),
]
