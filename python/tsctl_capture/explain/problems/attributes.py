"""Attributes of modules that TorchScript cannot hold."""

from __future__ import annotations

import ast
import inspect
import re
from types import MethodType
from typing import Any

import torch

from .refusal import Finding, Refusal
from .sentences import (
    NO_VALUES,
    type_of_literal,
)
from .user_code import (
    UserFile,
    attribute_assignment,
    dotted,
    file_of,
    user_classes,
)


def assigned(refusal: Refusal, kind: str, name: str) -> tuple[Any, UserFile | None, ast.stmt | None]:
    """The attribute's value, and the statement that sets it on a module of this class."""
    module = refusal.module_named(kind)
    found = attribute_assignment(type(module), name) if module is not None else None
    value = getattr(module, name, None) if module is not None else None
    return value, *(found or (None, None))


def value_of(statement: ast.stmt | None) -> ast.expr | None:
    return statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None


def unsupported_attribute(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """An attribute for which the compiler has no type; the change depends on its value."""
    kind, name = match["module"], match["name"]
    value, file, statement = assigned(refusal, kind, name)
    if value is None:
        return None
    for explain in (_of_modules, _of_functions, _empty, _set, _numpy, _mixed, _object):
        found = explain(refusal, name, value, file, value_of(statement))
        if found is not None:
            if statement is not None and found.node is None:
                found.node, found.file = statement, file
            return found
    return None


def _replacement(file: UserFile | None, node: ast.expr | None, text: str) -> str:
    return file.replaced(node, text) if file is not None and node is not None else ""


def _of_modules(
    refusal: Refusal, name: str, value: Any, file: UserFile | None, node: ast.expr | None
) -> Finding | None:
    items = (
        list(value.values())
        if isinstance(value, dict)
        else list(value)
        if isinstance(value, (list, tuple))
        else []
    )
    if not items or not all(isinstance(item, torch.nn.Module) for item in items):
        return None
    holder = "ModuleDict" if isinstance(value, dict) else "ModuleList"
    change = ""
    if file is not None and node is not None:
        text = file.text(node)
        one_line = isinstance(node, (ast.List, ast.Dict, ast.ListComp, ast.DictComp, ast.Tuple))
        wrapped = (
            f"[{text[1:-1].rstrip(',')}]" if isinstance(node, ast.Tuple) and text.startswith("(") else text
        )
        held = f"{nn_of(file)}.{holder}({wrapped})"
        change = file.replaced(node, held)
        if not change and one_line:
            change = f"self.{name} = {held}"
    what = f"a plain {type(value).__name__} of modules"
    cause = (
        f"'{name}' is {what}, whose weights PyTorch does not register and whose modules TorchScript "
        "cannot call"
    )
    has_weights = any(True for item in items for _ in item.parameters())
    tracing = "tracing refuses it too: a file holds registered weights only" if has_weights else NO_VALUES
    if isinstance(value, dict):
        return Finding("dict-of-modules", cause, change, tracing)
    return Finding("list-of-modules", cause, change, tracing)


def nn_of(file: UserFile) -> str:
    return "nn" if file.imports("nn") else "torch.nn"


def _of_functions(
    refusal: Refusal, name: str, value: Any, file: UserFile | None, node: ast.expr | None
) -> Finding | None:
    if not isinstance(value, (list, tuple, dict)) or not value:
        return None
    items = list(value.values()) if isinstance(value, dict) else list(value)
    if not all(callable(item) and not isinstance(item, type) for item in items):
        return None
    cause = f"'{name}' holds functions, for which TorchScript has no type"
    if not isinstance(node, (ast.List, ast.Tuple)) or file is None:
        return Finding("functions-in-attribute", cause, "", NO_VALUES)
    used = refusal.file.around(refusal.node, ast.Subscript) if refusal.file and refusal.node else None
    if used is not None and isinstance(used.slice, ast.Constant) and isinstance(used.slice.value, int):
        function = file.text(node.elts[used.slice.value])
        change = refusal.file.replaced(used, function) if refusal.file else ""
        return Finding("functions-in-attribute", cause, change, NO_VALUES, refusal.node, refusal.file)
    return Finding("functions-in-attribute", cause, "", NO_VALUES)


def _element_type(refusal: Refusal, name: str, holder: str, file: UserFile | None) -> str:
    """The type of the items added to an empty list or dict; a tensor unless they are literals."""
    tensor = file.name_of("Tensor") if file else "torch.Tensor"
    tree = refusal.file.tree if refusal.file else None
    for node in ast.walk(tree) if tree is not None else ():
        if (
            isinstance(node, ast.Call)
            and dotted(node.func) == f"self.{name}.append"
            and node.args
            and (kind := type_of_literal(node.args[0]))
        ):
            return kind
    if holder == "list":
        return tensor
    keys = {
        "str" if isinstance(node.slice, ast.JoinedStr) else type_of_literal(node.slice)
        for node in (ast.walk(tree) if tree is not None else ())
        if isinstance(node, ast.Subscript) and dotted(node.value) == f"self.{name}"
    }
    return f"{keys.pop()}, {tensor}" if len(keys) == 1 and "" not in keys else ""


def _empty(
    refusal: Refusal, name: str, value: Any, file: UserFile | None, node: ast.expr | None
) -> Finding | None:
    if not isinstance(value, (list, dict)) or value:
        return None
    holder = type(value).__name__
    kind = _element_type(refusal, name, holder, file)
    change = f"{name}: {holder}[{kind}]  # in the class's body" if kind else ""
    cause = f"'{name}' is an empty {holder}, without the types of its items"
    return Finding("empty-attribute", cause, change, NO_VALUES)


def _set(
    refusal: Refusal, name: str, value: Any, file: UserFile | None, node: ast.expr | None
) -> Finding | None:
    if not isinstance(value, (set, frozenset)):
        return None
    text = file.text(node) if file is not None and node is not None else ""
    listed = f"[{text[1:-1]}]" if isinstance(node, ast.Set) else f"list({text})"
    cause = f"'{name}' is a set, for which TorchScript has no type"
    return Finding("set", cause, _replacement(file, node, listed), NO_VALUES)


def _numpy(
    refusal: Refusal, name: str, value: Any, file: UserFile | None, node: ast.expr | None
) -> Finding | None:
    if type(value).__module__ != "numpy":
        return None
    cause = f"'{name}' is a numpy {type(value).__name__}, which TorchScript cannot hold"
    change = ""
    if file is not None and node is not None:
        change = f'self.register_buffer("{name}", torch.as_tensor({file.text(node)}))'
    used = refusal.file.around(refusal.node, ast.Call) if refusal.file and refusal.node else None
    if used is not None and refusal.file and dotted(used.func).endswith("from_numpy"):
        change += f"\n{refusal.file.replaced(used, f'self.{name}')}"
    return Finding("numpy", cause, change, NO_VALUES)


def _mixed(
    refusal: Refusal, name: str, value: Any, file: UserFile | None, node: ast.expr | None
) -> Finding | None:
    if isinstance(value, dict):
        kinds = sorted({type(item).__name__ for item in value.values()})
        if len(kinds) < 2:
            return None
        cause = f"'{name}' has values of several types ({', '.join(kinds)}): a dict in TorchScript has one"
        used = refusal.file.around(refusal.node, ast.Subscript) if refusal.file and refusal.node else None
        change = ""
        if used is not None and isinstance(used.slice, ast.Constant) and refusal.file:
            key = str(used.slice.value)
            other = key if key.isidentifier() else "value"
            taken = f'{dotted(used.value)}["{key}"]'
            change = f"self.{other} = {taken}  # in __init__\n{refusal.file.replaced(used, f'self.{other}')}"
        return Finding("mixed-attribute", cause, change, NO_VALUES)
    if not isinstance(value, list):
        return None
    kinds = sorted({type(item).__name__ for item in value})
    if len(kinds) < 2:
        return None
    cause = f"'{name}' has items of several types ({', '.join(kinds)}): a list in TorchScript has one"
    change = ""
    if isinstance(node, ast.List) and file is not None:
        numbers = set(kinds) <= {"int", "float"}
        if numbers:
            items = [(item, f"{file.text(item)}.0") for item in node.elts if type_of_literal(item) == "int"]
            change = file.edited(items)
        else:
            change = file.replaced(node, f"({file.text(node)[1:-1]})")
    return Finding("mixed-attribute", cause, change, NO_VALUES)


def _object(
    refusal: Refusal, name: str, value: Any, file: UserFile | None, node: ast.expr | None
) -> Finding | None:
    what = type(value).__name__
    if isinstance(value, (str, int, float, list, tuple, dict, torch.Tensor)):
        return None
    if callable(value) and what in ("function", "builtin_function_or_method", "partial"):
        return _function(name, value, file, node)
    if isinstance(value, MethodType) and refusal.file is not None and refusal.node is not None:
        cause = f"'{name}' holds the method {value.__name__}, which TorchScript cannot hold: call the method"
        change = refusal.file.replaced(refusal.node, f"self.{value.__name__}")
        owns = isinstance(value.__self__, torch.nn.Module) and vars(value.__self__).get(name) == value
        change = change if owns else ""
        return Finding("object-attribute", cause, change, NO_VALUES, refusal.node, refusal.file)
    cause = f"'{name}' is an object of the class {what}, which TorchScript cannot hold"
    used = refusal.file.parent_of(refusal.node) if refusal.file and refusal.node else None
    change = ""
    is_method = isinstance(used, ast.Attribute) and callable(getattr(type(value), used.attr, None))
    if is_method and refusal.file:
        change = f"class {what}({nn_of(refusal.file)}.Module):  # with super().__init__() in its __init__"
    elif isinstance(used, ast.Attribute) and refusal.file and file is not None:
        held = "config" if node is not None and file.text(node) == "" else f"self.{name}"
        change = f"self.{used.attr} = {held}.{used.attr}  # in __init__\n"
        change += refusal.file.replaced(used, f"self.{used.attr}")
    elif isinstance(used, ast.Call) and refusal.file:
        kind = f"class {what}({nn_of(refusal.file)}.Module):"
        change = f"{kind}  # with forward instead of __call__"
    return Finding("object-attribute", cause, change, NO_VALUES)


def _function(name: str, value: Any, file: UserFile | None, node: ast.expr | None) -> Finding | None:
    if type(value).__name__ == "partial":
        cause = f"'{name}' is a functools.partial, for which TorchScript has no type"
        change = ""
        if file is not None and isinstance(node, ast.Call) and node.args:
            fixed = [*node.args[1:], *node.keywords]
            rest = ", ".join(file.text(item) for item in fixed)
            change = f"def {name}(self, x):\n    return {file.text(node.args[0])}(x, {rest})"
        return Finding("function-attribute", cause, change, NO_VALUES)
    return None


def function_attribute(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """A function in an attribute that does not compile; usually a lambda."""
    kind, name = match["module"], match["name"]
    value, file, statement = assigned(refusal, kind, name)
    node = value_of(statement)
    if file is not None and getattr(value, "__closure__", None) and not isinstance(node, ast.Lambda):
        return _closure(name, value, file, statement)
    if file is None or not isinstance(node, ast.Lambda):
        return None
    parameters = ", ".join(["self", *(item.arg for item in node.args.args)])
    change = f"def {name}({parameters}):\n    return {file.text(node.body)}"
    cause = f"'{name}' is a lambda, whose source TorchScript cannot read"
    return Finding("function-attribute", cause, change, NO_VALUES, statement, file)


def _closure(name: str, value: Any, file: UserFile, statement: ast.stmt | None) -> Finding | None:
    """self.squash = make(2.0): a closure."""
    variables = inspect.getclosurevars(value).nonlocals
    where = file_of(value)
    found = where.functions(value.__name__) if where is not None else []
    change = ""
    plain = all(type(item) in (bool, int, float, str) for item in variables.values())
    if where is not None and len(found) == 1 and plain and len(found[0].body) == 1:
        body = where.text(found[0].body[0])
        for variable in variables:
            body = re.sub(rf"\b{variable}\b", f"self.{variable}", body)
        held = [f"self.{variable} = {item!r}  # in __init__" for variable, item in variables.items()]
        parameters = ", ".join(["self", *(item.arg for item in found[0].args.args)])
        change = "\n".join([*held, f"def {name}({parameters}):", f"    {body}"])
    cause = (
        f"'{name}' is a closure: TorchScript cannot read {', '.join(variables)} from the function around it"
    )
    return Finding("closure", cause, change, NO_VALUES, statement, file)


def held_dataclass(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """A module holds an object with a generated __init__, often a configuration; torch names no place."""
    name = match["name"]
    for part in [*reversed(refusal.modules), *refusal.parts]:
        held = next((key for key, value in vars(part).items() if type(value).__name__ == name), "")
        place = attribute_assignment(type(part), held) if held else None
        if place is None:
            continue
        file, statement = place
        cause = f"'{held}' is an object of the class {name}, which TorchScript cannot hold"
        change = _read_in_init(type(part), held)
        return Finding("object-attribute", cause, change, NO_VALUES, statement, file)
    return None


def _read_in_init(kind: type, held: str) -> str:
    """The change for the first member of the object that forward reads: an attribute of the module."""
    for file, node in user_classes(kind):
        forwards = [
            item for item in node.body if isinstance(item, ast.FunctionDef) and item.name == "forward"
        ]
        for used in (part for function in forwards for part in ast.walk(function)):
            if not isinstance(used, ast.Attribute) or dotted(used.value) != f"self.{held}":
                continue
            if not isinstance(file.parent_of(used), ast.Call):
                taken = f"self.{used.attr} = self.{held}.{used.attr}  # in __init__"
                return f"{taken}\n{file.replaced(used, f'self.{used.attr}')}"
    return ""


_MODULE = r"^Module '(?P<module>\w+)' has no attribute '(?P<name>\w+)' "
ENTRIES = [
    (_MODULE + r"\(This attribute exists on the Python module", unsupported_attribute),
    (_MODULE + r"\(This function exists", function_attribute),
    (r"^Failed to get source for <function (?P<name>\w+)\.__init__", held_dataclass),
]
