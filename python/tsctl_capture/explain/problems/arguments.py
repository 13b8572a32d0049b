"""Arguments of functions, f-strings and format(): spread, named, formatted."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

import torch

from .refusal import Finding, Refusal
from .sentences import (
    KEEPS_ARGUMENTS,
    NO_VALUES,
    NOT_IN_FILE,
    type_of_literal,
)
from .user_code import (
    UserFile,
    assignments_to,
    called_name,
    default_of,
    dotted,
    parameters_of,
    user_classes,
    without_comment,
)


def f_string(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file = refusal.file
    if file is None:
        return None
    line = without_comment(file.line(refusal.line))
    parts = [
        node
        for node in file.on_line(refusal.line, ast.FormattedValue)
        if node.format_spec or node.conversion > 0
    ]
    shown = []
    for node in parts:
        spec = (
            "".join(
                str(item.value)
                for item in ast.walk(node.format_spec or node)
                if isinstance(item, ast.Constant)
            )
            if node.format_spec
            else ""
        )
        shown.append(f":{spec}" if spec else f"!{chr(node.conversion)}")
        line = line.replace(f"{shown[-1]}}}", "}")
    if not shown:
        return None
    cause = f"an f-string in TorchScript has no format specification, here '{shown[0]}'"
    return Finding("f-string", cause, line, NOT_IN_FILE)


def format_names(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file = refusal.file
    for node in file.on_line(refusal.line, ast.Call) if file else []:
        owner = (
            node.func.value if isinstance(node.func, ast.Attribute) and node.func.attr == "format" else None
        )
        if file is None or not isinstance(owner, ast.Constant) or not node.keywords:
            continue
        text = file.text(owner)
        order = re.findall(r"\{(\w+)\}", text)
        values = {word.arg: file.text(word.value) for word in node.keywords}
        given = [file.text(item) for item in node.args] + [values[name] for name in order if name in values]
        plain = re.sub(r"{\w+}", "{}", text)
        change = file.replaced(node, f"{plain}.format({', '.join(given)})")
        return Finding(
            "format-names",
            "format() in TorchScript fills {} in order and takes no names",
            change,
            NOT_IN_FILE,
        )
    return None


def print_keyword(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file = refusal.file
    for node in file.on_line(refusal.line, ast.Call) if file else []:
        if file is not None and dotted(node.func) == "print":
            change = file.replaced(node, f"print({', '.join(file.text(item) for item in node.args)})")
            return Finding("print-keyword", "print() in TorchScript takes values only", change, NOT_IN_FILE)
    return None


def numpy_keyword(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """x.sum(axis=1): torch in Python also accepts numpy's names of arguments."""
    file, wanted = refusal.file, match["name"]
    for node in file.on_line(refusal.line, ast.Call) if file else []:
        for word in node.keywords:
            if file is None or word.arg != wanted:
                continue
            other = {"axis": "dim", "keepdims": "keepdim"}[wanted]
            change = file.replaced(word, f"{other}={file.text(word.value)}")
            cause = f"TorchScript calls this argument '{other}' and does not accept numpy's name '{wanted}'"
            return Finding("numpy-keyword", cause, change, NO_VALUES)
    return None


def dict_expansion(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file = refusal.file
    found = [node for node in file.on_line(refusal.line, ast.Dict) if None in node.keys] if file else []
    if file is None or not found:
        return None
    node, statement = found[0], file.statement_of(found[0])
    change = ""
    if isinstance(statement, ast.Assign) and node is statement.value and node.keys[0] is None:
        name = file.text(statement.targets[0])
        lines = [f"{name} = {file.text(node.values[0])}.copy()"]
        for key, value in zip(node.keys[1:], node.values[1:], strict=True):
            lines.append(
                f"{name}.update({file.text(value)})"
                if key is None
                else f"{name}[{file.text(key)}] = {file.text(value)}"
            )
        change = "\n".join(lines)
    return Finding("dict-expansion", "TorchScript cannot merge dicts with **", change, NO_VALUES)


def keyword_expansion(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file, function = refusal.file, refusal.function
    for node in file.on_line(refusal.line, ast.Call) if file else []:
        expanded = [word for word in node.keywords if word.arg is None]
        if file is None or not expanded:
            continue
        value = expanded[0].value
        if isinstance(value, ast.Name) and function is not None:
            given = assignments_to(function, value.id, refusal.line)
            value = given[-1].value or value if given else value
        change = ""
        keys = (
            [key for key in value.keys if isinstance(key, ast.Constant)]
            if isinstance(value, ast.Dict)
            else []
        )
        if isinstance(value, ast.Dict) and len(keys) == len(value.keys):
            words = [f"{key.value!s}={file.text(item)}" for key, item in zip(keys, value.values, strict=True)]
            others = [file.text(item) for item in node.args]
            others += [file.text(word) for word in node.keywords if word.arg is not None]
            change = file.replaced(node, f"{file.text(node.func)}({', '.join(others + words)})")
        return Finding(
            "keyword-expansion",
            "TorchScript cannot pass a dict as keyword arguments with **",
            change,
            NO_VALUES,
        )
    return None


def variable_arguments(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file, function = refusal.file, refusal.function
    if refusal.in_library is not None or file is None or function is None:
        return None
    line = without_comment(file.line(refusal.line))
    arguments = function.args
    if arguments.kwarg is not None and arguments.vararg is not None:
        return _stars(refusal, file, function)
    if arguments.kwarg is not None:
        taken = _keywords_read(file, function, arguments.kwarg.arg)
        change = re.sub(
            rf"(, )?\*\*{arguments.kwarg.arg}(: [^,)]+)?", "".join(f", {item}" for item in taken), line
        )
        cause = (
            f"'{function.name}' takes **{arguments.kwarg.arg}: a function in TorchScript has a fixed set of "
            "arguments"
        )
        return Finding("variable-arguments", cause, change, KEEPS_ARGUMENTS)
    if arguments.vararg is not None:
        name = arguments.vararg.arg
        change = line.replace(f"*{name}", f"{name}: list[{file.name_of('Tensor')}]")
        change += _call_with_list(file, function)
        cause = f"'{function.name}' takes *{name}: a function in TorchScript has a fixed number of arguments"
        return Finding("variable-arguments", cause, change, KEEPS_ARGUMENTS)
    named = [item.arg for item in arguments.kwonlyargs if default_of(function, item.arg) is not None]
    if named:
        noted = [(item, type_of_literal(default_of(function, item.arg))) for item in arguments.kwonlyargs]
        change = re.sub(r"\*,\s*", "", line)
        for item, kind in noted:
            if item.annotation is None and kind:
                change = re.sub(rf"\b{item.arg}\s*=\s*", f"{item.arg}: {kind} = ", change)
        cause = (
            f"'{function.name}' has the keyword-only argument '{named[0]}' with a default, which "
            "TorchScript does not support"
        )
        return Finding("keyword-only", cause, change, NO_VALUES)
    return None


def _stars(refusal: Refusal, file: UserFile, function: ast.FunctionDef) -> Finding:
    """*args, **kwargs: with the parameters of the function to which all of them are passed on, if it is one."""
    args, kwargs = function.args.vararg, function.args.kwarg
    stars = f"*{args.arg if args else ''}, **{kwargs.arg if kwargs else ''}"
    cause = f"'{function.name}' takes {stars}: a function in TorchScript names each of its parameters"
    calls = [
        call
        for call in ast.walk(function)
        if isinstance(call, ast.Call)
        and any(
            isinstance(item, ast.Starred) and dotted(item.value) == args.arg for item in call.args if args
        )
        and any(word.arg is None and dotted(word.value) == kwargs.arg for word in call.keywords if kwargs)
    ]
    theirs = _parameters_of_call(refusal, calls[0]) if len(calls) == 1 else None
    if theirs is None:
        uses = [
            node for node in ast.walk(function) if isinstance(node, ast.Name) and args and node.id == args.arg
        ]
        change = "" if uses else _named_keywords(file, function)
        return Finding("variable-arguments", cause, change, KEEPS_ARGUMENTS, function, file)
    where, callee = theirs
    own = [item.arg for item in parameters_of(function)]
    missing = [item for item in parameters_of(callee) if item.arg not in ("self", *own)]
    texts = [
        where.text(item)
        + (f" = {where.text(value)}" if (value := default_of(callee, item.arg)) is not None else "")
        for item in missing
    ]
    head = _head_with(file, function, texts)
    names = ", ".join(item.arg for item in missing)
    called = re.sub(r"\*\w+,\s*\*\*\w+", names, file.text(calls[0]))
    return Finding(
        "variable-arguments",
        cause,
        f"{head}\n{file.replaced(calls[0], called)}",
        KEEPS_ARGUMENTS,
        function,
        file,
    )


def _head_with(file: UserFile, function: ast.FunctionDef, parameters: Sequence[str]) -> str:
    """The head of the function with these parameters in place of *args, **kwargs."""
    head = without_comment(file.line(function.lineno))
    return re.sub(r"\*\w+(: [^,)]+)?,\s*\*\*\w+(: [^,)]+)?", lambda _: ", ".join(parameters), head)


def _named_keywords(file: UserFile, function: ast.FunctionDef) -> str:
    """The head with the parameters that are read from **kwargs, and the lines that read them; empty if none is."""
    name = function.args.kwarg.arg if function.args.kwarg else ""
    taken = _keywords_read(file, function, name)
    if not taken:
        return ""
    lines = [_head_with(file, function, taken)]
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call) and len(node.args) == 2]
    for node in calls:
        key = node.args[0]
        if dotted(node.func) in (f"{name}.get", f"{name}.pop") and isinstance(key, ast.Constant):
            lines.append(file.replaced(node, str(key.value)))
    return "\n".join(lines)


def _parameters_of_call(refusal: Refusal, call: ast.Call) -> tuple[UserFile, ast.FunctionDef] | None:
    """The forward of self.inner, for self.inner(*args, **kwargs)."""
    path = dotted(call.func).split(".")
    if path[0] != "self" or len(path) < 2:
        return None
    part: object = refusal.module_around(call)
    for name in path[1:]:
        part = getattr(part, name, None)
    for file, kind in user_classes(type(part)) if isinstance(part, torch.nn.Module) else ():
        for item in kind.body:
            if isinstance(item, ast.FunctionDef) and item.name == "forward":
                stars = item.args.vararg or item.args.kwarg
                return None if stars else (file, item)
    return None


def _call_with_list(file: UserFile, function: ast.FunctionDef) -> str:
    """The first call of a function with *parts, changed so that it passes a list."""
    fixed = len([item for item in parameters_of(function) if item.arg != "self"])
    for call in ast.walk(file.tree):
        if not isinstance(call, ast.Call) or called_name(call) != function.name:
            continue
        if any(isinstance(item, ast.Starred) for item in call.args):
            continue
        items = [file.text(item) for item in call.args]
        given = [
            *items[:fixed],
            f"[{', '.join(items[fixed:])}]",
            *(file.text(item) for item in call.keywords),
        ]
        called = f"{file.text(call.func)}({', '.join(given)})"
        return f"\n{file.replaced(call, called)}"
    return ""


def _keywords_read(file: UserFile, function: ast.FunctionDef, name: str) -> list[str]:
    """The parameters that a function reads from its **kwargs."""
    found = []
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Call)
            and dotted(node.func) in (f"{name}.get", f"{name}.pop")
            and len(node.args) == 2
        ):
            kind = type_of_literal(node.args[1])
            if isinstance(node.args[0], ast.Constant) and kind:
                found.append(f"{node.args[0].value!s}: {kind} = {file.text(node.args[1])}")
    return found


def bytes_constant(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file = refusal.file
    for node in file.on_line(refusal.line, ast.Constant) if file else []:
        if file is not None and isinstance(node.value, (bytes, complex)):
            kind = type(node.value).__name__
            change = file.replaced(node, repr(node.value)[1:]) if kind == "bytes" else ""
            return Finding("bytes", f"TorchScript has no {kind}", change, NO_VALUES)
    return None


ENTRIES = [
    (r"Keyword argument (?P<name>axis|keepdims) unknown", numpy_keyword),
    (r"in JoinedStr", f_string),
    (r"^aten::format\(str self.*Keyword argument \w+ unknown", format_names),
    (r"^print doesn't accept any keyword", print_keyword),
    (r"^Dict expansion", dict_expansion),
    (r"^keyword-arg expansion", keyword_expansion),
    (r"^Compiled functions can't take variable number", variable_arguments),
    (r"^Unknown Constant expression type", bytes_constant),
]
