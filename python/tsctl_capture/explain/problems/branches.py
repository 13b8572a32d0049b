"""Names with several types or without a value after a branch or a loop, and global variables."""

from __future__ import annotations

import ast
import re

from .refusal import Finding, Refusal
from .sentences import (
    FIXED_LENGTH,
    NO_VALUES,
    of_branch,
    python_type,
    type_of_literal,
)
from .user_code import (
    UserFile,
    assignments_to,
    dotted,
    names_in,
    parameters_of,
    without_comment,
)


def branch_types(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """y is an int in one branch and a float in the other."""
    name, file, function = match["name"], refusal.file, refusal.function
    if file is None or function is None:
        return None
    test = next(iter(file.on_line(refusal.line, ast.If)), None)
    first, second = match["first"].removesuffix(" (inferred)"), match["second"].removesuffix(" (inferred)")
    cause = f"'{name}' is {first} after one branch and {second} after the other"
    inside = [
        item
        for item in assignments_to(function, name)
        if test is not None and test.lineno <= item.lineno <= (test.end_lineno or 0)
    ]
    change, node = "", None
    if {first, second} == {"int", "float"}:
        for item in inside:
            if item.value is not None and type_of_literal(item.value) == "int":
                change, node = file.replaced(item.value, f"{file.text(item.value)}.0"), item
    elif "Tensor" in (first, second):
        for item in inside:
            if item.value is not None and type_of_literal(item.value):
                change = file.replaced(item.value, f"torch.tensor({file.text(item.value)})")
                node = item
    return Finding("branch-types", cause, change, of_branch(test.test, function) if test else "", node)


def conditional_types(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file, node = refusal.file, refusal.node
    if file is None or not isinstance(node, ast.IfExp):
        return None
    cause = f"the conditional expression is {match['first']} in one case and {match['second']} in the other"
    change = ""
    for item in (node.body, node.orelse):
        if {match["first"], match["second"]} == {"int", "float"} and type_of_literal(item) == "int":
            change = file.replaced(item, f"{file.text(item)}.0")
    if isinstance(node.body, ast.Tuple) and isinstance(node.orelse, ast.Tuple):
        pairs = [(item, f"[{file.text(item)[1:-1].rstrip(',')}]") for item in (node.body, node.orelse)]
        change = file.edited(pairs)
    return Finding("branch-types", cause, change, of_branch(node.test, refusal.function), node)


def changed_type(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """A variable whose type changes in a loop."""
    name, file, function = match["name"], refusal.file, refusal.function
    if file is None or function is None:
        return None
    before, after = match["before"], match["after"].removesuffix(" (inferred)")
    given = assignments_to(function, name, refusal.line)
    first = given[0] if given else None
    kind = python_type(after, file)
    change, node = "", None
    loop = refusal.statement
    if isinstance(loop, ast.For) and isinstance(loop.target, ast.Name) and loop.target.id == name:
        return _other_target(file, function, loop, before, after)
    if isinstance(first, ast.Assign):
        node = first
        if before == "NoneType":
            change = f"{name}: {kind} | None = {file.text(first.value)}"
        elif before == "int" and after == "float" and type_of_literal(first.value) == "int":
            change = file.replaced(first.value, f"{file.text(first.value)}.0")
        elif before == "Tuple[()]":
            change = _growing_list(file, refusal, name, kind)
    in_loop = loop is not None and file.around(loop, (ast.For, ast.While)) is not None
    part = "loop" if in_loop or isinstance(loop, (ast.For, ast.While)) else "branch"
    cause = f"'{name}' is {before} before the {part} and becomes {after} in it"
    if before == "NoneType":
        cause = (
            f"'{name}' is None before the {part}, which fixes its type in TorchScript, but it becomes "
            f"{after} in the {part}"
        )
    return Finding("loop-type", cause, change, FIXED_LENGTH if part == "loop" else "", node)


def _other_target(
    file: UserFile, function: ast.FunctionDef, loop: ast.For, before: str, after: str
) -> Finding:
    """A loop whose variable has the name of another one, often `_`."""
    name = file.text(loop.target)
    cause = f"'{name}' is {before} before the loop and becomes {after} in it"
    used = any(
        isinstance(node, ast.Name) and node.id == name for part in loop.body for node in ast.walk(part)
    )
    taken = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    free = next((other for other in ("step", "i", "index", "n") if other not in taken), "")
    if used or not free:
        return Finding("loop-type", cause, "", FIXED_LENGTH, loop)
    change = f"for {free} in {file.text(loop.iter)}:"
    return Finding("loop-type", cause, change, FIXED_LENGTH, loop, rename=f"rename `{name}`")


def _growing_list(file: UserFile, refusal: Refusal, name: str, kind: str) -> str:
    """The list that replaces outs = () and outs = outs + (x,) in a loop."""
    statement = refusal.statement
    value = getattr(statement, "value", None)
    added = (
        value.right
        if isinstance(value, ast.BinOp)
        else value
        if isinstance(statement, ast.AugAssign)
        else None
    )
    if not isinstance(added, ast.Tuple) or len(added.elts) != 1:
        return ""
    inner = kind.removeprefix("tuple[").removesuffix("]")
    return f"{name}: list[{inner}] = []\n{name}.append({file.text(added.elts[0])})"


def return_types(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file, function, statement = refusal.file, refusal.function, refusal.statement
    if file is None or function is None or not isinstance(statement, ast.Return):
        return None
    first, second = (
        match["first"].strip(),
        match["second"].removesuffix(":").removesuffix(" (inferred)").strip(),
    )
    cause = f"'{function.name}' returns {first} in one place and {second} here"
    tests = [node for node in ast.walk(function) if isinstance(node, ast.If)]
    change = ""
    others = [
        node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node is not statement
    ]
    if first.startswith("Tuple[") and second == "Tensor" and others and isinstance(others[0], ast.Tuple):
        shown = file.text(statement.value) if statement.value else ""
        change = file.edited([(statement, f"return {', '.join([shown] * len(others[0].elts))}")])
    return Finding("return-types", cause, change, of_branch(tests[0].test, function) if tests else "")


def undefined_in_branch(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """A name that gets a value in one branch only."""
    name, file, function = match["name"], refusal.file, refusal.function
    if file is None or function is None:
        return None
    test = next(iter(file.on_line(refusal.line, ast.If)), None)
    if test is None:
        return None
    given = [
        item
        for item in assignments_to(function, name)
        if item.value is not None and item.lineno > test.lineno
    ]
    others = sorted(names_in(given[0].value) - {"torch", "self"}) if given and given[0].value else []
    first = others[0] if others else f"{file.name_of('Tensor')}()"
    literal = type_of_literal(given[0].value) if given else ""
    zero = {"int": "0", "float": "0.0", "bool": "False", "str": '""'}.get(literal)
    change = f"{name} = {zero or first}\n{without_comment(file.line(test.lineno))}"
    cause = (
        f"'{name}' gets a value only in the {'first' if match['which'] == 'false' else 'second'} branch "
        "and is used after both"
    )
    return Finding("undefined-in-branch", cause, change, of_branch(test.test, function), test)


def undefined_value(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """A name that gets its value in a loop."""
    name, file, function = match["name"], refusal.file, refusal.function
    if file is None or function is None:
        return None
    for counted in ast.walk(function):
        if name == "_" and isinstance(counted, ast.For) and "_" in names_in(counted.target):
            head = file.edited([(counted.target, re.sub(r"\b_\b", "step", file.text(counted.target)))])
            change = f"step = 0\n{head}\n" + re.sub(
                r"\b_\b", "step", without_comment(file.line(refusal.line))
            )
            cause = "'_' is read after the loop, and TorchScript keeps no variable of this name"
            return Finding("undefined-after-loop", cause, change, FIXED_LENGTH, counted)
    for given in assignments_to(function, name):
        loop = file.around(given, (ast.For, ast.While))
        if loop is not None and given.value is not None:
            others = [
                node.id
                for node in ast.walk(given.value)
                if isinstance(node, ast.Name) and any(node.id == item.arg for item in parameters_of(function))
            ]
            first = others[0] if others else "0"
            change = f"{name} = {first}\n{without_comment(file.line(loop.lineno))}"
            cause = f"'{name}' gets its value in a loop that may run zero times, and is used after the loop"
            return Finding("undefined-after-loop", cause, change, FIXED_LENGTH, loop)
    return None


def _global_as_default(file: UserFile, function: ast.FunctionDef, node: ast.AST, kind: str, own: str) -> str:
    """The change in a plain function, which has no self: a parameter with the value as its default."""
    head = without_comment(file.line(function.lineno))
    if kind not in ("int", "float", "bool", "str") or "):" not in head and ") ->" not in head:
        return ""
    parameter = f"{own}: {kind} = {file.text(node)}"
    head = re.sub(
        r"\)(?= ->|:$)", f", {parameter})" if function.args.args else f"{parameter})", head, count=1
    )
    return f"{head}\n    {file.replaced(node, own)}"


def global_variable(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file, node = refusal.file, refusal.node
    if file is None or node is None or not dotted(node) or dotted(node).startswith("self."):
        return None
    kind, name = match["kind"], dotted(node)
    own = f"self.{name.rsplit('.', 1)[-1].lower()}"
    if kind == "Tensor":
        first = f'self.register_buffer("{own[5:]}", {name}, persistent=False)  # in __init__'
    else:
        first = f"{own} = {name}  # in __init__"
    cause = f"'{name}' is a global variable: TorchScript reads only functions, modules and attributes of self"
    change = f"{first}\n{file.replaced(node, own)}"
    function = refusal.function
    if function is not None and [item.arg for item in function.args.args][:1] != ["self"]:
        change = _global_as_default(file, function, node, kind, own[5:])
    held = refusal.resolved(name)
    items = list(held.values()) if isinstance(held, dict) else held if isinstance(held, (list, tuple)) else []
    if any(callable(item) for item in items):
        cause = f"'{name}' holds functions, for which TorchScript has no type"
        change = ""
    return Finding("global-variable", cause, change, NO_VALUES)


ENTRIES = [
    (
        r"^Type mismatch: (?P<name>\w+) is set to type (?P<first>.+?) in the true branch and type "
        r"(?P<second>.+?) in the false branch",
        branch_types,
    ),
    (
        r"^if-expression's true branch has type (?P<first>.+?) but false branch has type (?P<second>.+?):?$",
        conditional_types,
    ),
    (
        r"^Variable '(?P<name>\w+)' previously had type (?P<before>.+?) but is now being assigned to a value "
        r"of type (?P<after>[^\n]+?)\s*:?$",
        changed_type,
    ),
    (
        r"^Previous return statement returned a value of type (?P<first>.+?) "
        r"but this return statement returns a value of type (?P<second>.+?)$",
        return_types,
    ),
    (r"^(?P<name>\w+) is not defined in the (?P<which>true|false) branch", undefined_in_branch),
    (r"^undefined value (?P<name>\w+)", undefined_value),
    (r"^python value of type '(?P<kind>\w+)' cannot be used as a value", global_variable),
]
