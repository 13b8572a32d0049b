"""Lists of modules, which TorchScript unrolls, and modules used as values, which it does not support."""

from __future__ import annotations

import ast
import re
from typing import Any

import torch

from .refusal import Finding, Refusal, user_nodes
from .sentences import NO_VALUES, of_branch
from .user_code import (
    UserFile,
    assignments_to,
    called_name,
    dotted,
    is_self_attribute,
    names_in,
    negated,
    user_classes,
    without_comment,
)

_FIXED = "tracing works: the choice of submodules depends on the module alone"


def module_index(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """self.layers[i] in a loop over range: enumerate."""
    file, node = refusal.file, refusal.node
    if file is None or not isinstance(node, ast.Subscript):
        return None
    held, index = file.text(node.value), file.text(node.slice)
    cause = (
        f"'{held}' is a ModuleList, which TorchScript indexes only with a literal number, not with '{index}'"
    )
    loop = file.around(node, ast.For)
    if loop is not None and index in names_in(loop.target):
        name = "layer" if "layer" not in names_in(loop) else "module"
        others = [
            item
            for item in ast.walk(loop)
            if isinstance(item, ast.Name) and item.id == index and item is not loop.target
        ]
        used = [item for item in others if file.parent_of(item) is not node]
        head = f"for {index}, {name} in enumerate({held}):" if used else f"for {name} in {held}:"
        change = f"{head}\n    {file.replaced(node, name)}"
        return Finding("module-index", cause, change, _FIXED, node)
    function = refusal.function
    value = "out" if function is None or "out" not in names_in(function) else "chosen"
    return Finding(
        "module-index",
        cause,
        _chosen_by_loop(file, node, f"enumerate({held})", index, value),
        _by_argument(index),
        node,
    )


def _by_argument(index: str) -> str:
    return f"tracing would keep the module that the example's '{index}' selects"


def _chosen_by_loop(file: UserFile, node: ast.Subscript, items: str, index: str, value: str) -> str:
    call = file.parent_of(node)
    if not isinstance(call, ast.Call) or not call.args:
        return ""
    first = file.text(call.args[0])
    arguments = ", ".join(file.text(item) for item in call.args)
    return (
        f"{value} = {first}\nfor key, module in {items}:\n    if key == {index}:\n"
        f"        {value} = module({arguments})\n{file.replaced(call, value)}"
    )


def module_key(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file, node = refusal.file, refusal.node
    if file is None or not isinstance(node, ast.Subscript):
        return None
    held, key = file.text(node.value), file.text(node.slice)
    cause = (
        f"'{held}' is a ModuleDict, which TorchScript indexes only with a literal string, not with '{key}'"
    )
    change = _chosen_by_loop(file, node, f"{held}.items()", key, "out")
    return Finding("module-key", cause, change, _by_argument(key), node)


def zip_with_list(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """zip(self.layers, self.scales), where scales is a list."""
    file, node = refusal.file, refusal.node
    if file is None or not isinstance(node, ast.Call):
        return None
    module = refusal.module_around(node)
    for argument in node.args:
        if not is_self_attribute(argument) or module is None:
            continue
        if not isinstance(getattr(module, argument.attr, None), list):
            continue
        cause = (
            "TorchScript unrolls a loop over modules, and it knows the length of a tuple, but not of the "
            f"list '{file.text(argument)}'"
        )
        found = _assigned(type(module), argument.attr)
        if found is None:
            return Finding("module-zip", cause, "", _FIXED)
        where, statement = found
        text = where.text(statement.value)
        held = f"({text[1:-1]})" if isinstance(statement.value, ast.List) else f"tuple({text})"
        change = where.replaced(statement.value, held)
        return Finding("module-zip", cause, change, _FIXED, statement, where)
    return None


def _assigned(kind: type, name: str) -> tuple[UserFile, ast.Assign] | None:
    """The first `self.name = value` in the source of a class or its bases."""
    for file, node in user_classes(kind):
        for statement in ast.walk(node):
            if isinstance(statement, ast.Assign) and is_self_attribute(statement.targets[0], name):
                return file, statement
    return None


def reversed_modules(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file = refusal.file
    found = (
        [item for item in file.on_line(refusal.line, ast.Call) if dotted(item.func) == "reversed"]
        if file
        else []
    )
    if file is None or not found:
        return None
    held = file.text(found[0].args[0])
    loop = file.around(found[0], ast.For)
    cause = f"TorchScript cannot reverse '{held}': a loop over modules runs from the first to the last"
    change = ""
    module = _module_of(refusal, found[0].args[0])
    if loop is not None and isinstance(module, torch.nn.ModuleList):
        last = without_comment(file.line(loop.body[0].lineno))
        names = [f"{held}[{i}]" for i in range(len(module) - 1, -1, -1)]
        if len(loop.body) == 1 and len(names) <= 8:
            change = "\n".join(re.sub(rf"\b{file.text(loop.target)}\b", name, last) for name in names)
    return Finding("module-order", cause, change, _FIXED)


def _module_of(refusal: Refusal, node: ast.AST) -> object:
    """The value of self.a.b, where self is the module around the code."""
    value: object = refusal.module_around(node)
    for name in dotted(node).split(".")[1:]:
        value = getattr(value, name, None)
    return value


def break_in_module_loop(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file = refusal.file
    statement = refusal.statement
    if file is None or not isinstance(statement, (ast.Break, ast.Continue)):
        return None
    word = "break" if isinstance(statement, ast.Break) else "continue"
    test, loop = file.parent_of(statement), file.around(statement, ast.For)
    change, tracing = "", ""
    if isinstance(test, ast.If) and loop is not None and test in loop.body:
        rest = loop.body[loop.body.index(test) + 1 :]
        opposite = negated(file, test.test)
        tracing = of_branch(test.test, refusal.function)
        counted = isinstance(loop.iter, ast.Call) and dotted(loop.iter.func) == "enumerate"
        if word == "break" and counted:
            opposite = re.sub(r" != ", " < ", opposite)
        if word == "continue" or counted:
            change = f"if {opposite}:\n" + "\n".join(
                f"    {without_comment(file.line(item.lineno))}" for item in rest
            )
    cause = f"TorchScript unrolls a loop over modules, so it has no {word} in it"
    return Finding("module-loop-break", cause, change, tracing)


def module_as_value(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """A module in a variable: from a slice, a plain list, or a choice."""
    file, function, node = refusal.file, refusal.function, refusal.node
    if file is None or function is None or node is None:
        return None
    name = node.id if isinstance(node, ast.Name) else ""
    loop = file.around(node, ast.For)
    if loop is not None and name in names_in(loop.target):
        return _loop_over_modules(refusal, file, loop, name)
    made: Any = file.around(node, (ast.ListComp, ast.GeneratorExp))
    if made is not None:
        return _comprehension_over_modules(file, made)
    return _chosen(file, function, node, name)


def _loop_over_modules(refusal: Refusal, file: UserFile, loop: ast.For, name: str) -> Finding | None:
    line = file.shown(refusal.line)
    shown = file.text(loop.iter)
    if isinstance(loop.iter, (ast.List, ast.Tuple)):
        change = "\n".join(re.sub(rf"\b{name}\b", file.text(item), line) for item in loop.iter.elts)
        cause = f"'{shown}' holds modules, and TorchScript has no list of modules: name each module"
        return Finding("module-as-value", cause, change, _FIXED)
    if not isinstance(loop.iter, ast.Subscript) or not isinstance(loop.iter.slice, ast.Slice):
        return None
    held, test = file.text(loop.iter.value), _slice_test(loop.iter.slice, file)
    change = f"for i, {name} in enumerate({held}):\n    if {test}:\n        {line}" if test else ""
    cause = f"'{shown}' is a slice of a ModuleList, whose modules TorchScript cannot call"
    return Finding("module-slice", cause, change, _FIXED)


def _slice_test(part: ast.Slice, file: UserFile) -> str:
    """`i >= 1 and i < 3`; empty for a slice with a step or with negative ends."""
    tests = [f"i >= {file.text(part.lower)}"] if part.lower else []
    tests += [f"i < {file.text(part.upper)}"] if part.upper else []
    return "" if part.step is not None or any("-" in test for test in tests) else " and ".join(tests)


def _comprehension_over_modules(file: UserFile, made: ast.ListComp | ast.GeneratorExp) -> Finding | None:
    source = made.generators[0].iter
    if not isinstance(source, ast.Subscript) or not isinstance(source.slice, ast.Slice):
        return None
    test = _slice_test(source.slice, file)
    change = ""
    if test and len(made.generators) == 1:
        head = f"for i, {file.text(made.generators[0].target)} in enumerate({file.text(source.value)}):"
        change = f"items = []\n{head}\n    if {test}:\n        items.append({file.text(made.elt)})\n"
        change += file.replaced(made, "items")
    cause = f"'{file.text(source)}' is a slice of a ModuleList, whose modules TorchScript cannot call"
    return Finding("module-slice", cause, change, _FIXED)


def sequential_slice(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """self.layers[:2](x), where layers is a Sequential."""
    file = refusal.file
    for call in file.on_line(refusal.line, ast.Call) if file else []:
        held = call.func
        if file is None or not isinstance(held, ast.Subscript) or not isinstance(held.slice, ast.Slice):
            continue
        test = _slice_test(held.slice, file)
        change = ""
        if test and len(call.args) == 1:
            lines = [
                f"out = {file.text(call.args[0])}",
                f"for i, layer in enumerate({file.text(held.value)}):",
            ]
            lines += [f"    if {test}:", "        out = layer(out)", file.replaced(call, "out")]
            change = "\n".join(lines)
        cause = f"'{file.text(held)}' is a slice of a Sequential, which TorchScript treats as a tuple"
        return Finding("module-slice", cause, change, _FIXED)
    return None


def module_in_forward(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """nn.ReLU()(x): modules must be created in __init__."""
    file, kind = refusal.file, match["kind"]
    for call in file.on_line(refusal.line, ast.Call) if file else []:
        if file is None or called_name(call) != kind:
            continue
        own = f"self.{kind.lower()}"
        change = f"{own} = {file.text(call)}  # in __init__\n{file.replaced(call, own)}"
        cause = (
            f"forward creates a {kind}: TorchScript needs modules and parameters to be created in __init__"
        )
        return Finding("module-in-forward", cause, change, "")
    return None


def _chosen(file: UserFile, function: ast.FunctionDef, node: ast.AST, name: str) -> Finding | None:
    given = assignments_to(function, name)
    call = file.parent_of(node)
    if not given or not isinstance(call, ast.Call):
        return None
    arguments = ", ".join(file.text(item) for item in [*call.args, *call.keywords])
    value = given[-1].value
    cause = f"'{name}' is one of several modules or functions: a variable in TorchScript holds neither"
    if isinstance(value, ast.IfExp):
        first, second = f"{file.text(value.body)}({arguments})", f"{file.text(value.orelse)}({arguments})"
        change = file.replaced(call, f"{first} if {file.text(value.test)} else {second}")
        return Finding("module-as-value", cause, change, of_branch(value.test, function))
    test = file.around(given[0], ast.If)
    if test is None or len(given) != 2:
        return None
    values = [file.text(item.value) for item in given if item.value is not None]
    lines = [f"if {file.text(test.test)}:", f"    out = {values[0]}({arguments})", "else:"]
    lines += [f"    out = {values[1]}({arguments})", file.replaced(call, "out")]
    return Finding("module-as-value", cause, "\n".join(lines), of_branch(test.test, function))


def undefined_module(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """A variable that branches set to modules."""
    file, function, node = refusal.file, refusal.function, refusal.node
    if file is None or function is None or not isinstance(node, ast.Name):
        return None
    given = assignments_to(function, node.id)
    if not given or not all(item.value is not None and is_self_attribute(item.value) for item in given):
        return None
    return _chosen(file, function, node, node.id)


def function_as_value(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """f = torch.relu if fast else torch.sigmoid."""
    file, function = refusal.file, refusal.function
    statement = refusal.statement
    if (
        file is None
        or function is None
        or not isinstance(statement, ast.Assign)
        or not isinstance(statement.value, ast.IfExp)
    ):
        return None
    name = file.text(statement.targets[0])
    for call in ast.walk(function):
        if isinstance(call, ast.Call) and dotted(call.func) == name:
            return _chosen(file, function, call.func, name)
    return None


def module_argument(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """apply(torch.relu, x): a function passed as an argument."""
    file, function, node = refusal.file, refusal.function, refusal.node
    if file is None or function is None or not isinstance(node, ast.Name):
        return None
    names = [item.arg for item in function.args.args]
    if node.id not in names:
        return None
    is_method = names[0] == "self"
    position = names.index(node.id) - (1 if is_method else 0)
    change = ""
    for where, call in user_nodes(refusal.model, ast.Call):
        if called_name(call) != function.name or len(call.args) <= position:
            continue
        given = call.args[position]
        if is_method or not where.text(given).startswith("self."):
            head = _without_parameter(without_comment(file.line(function.lineno)), node.id)
            called = _without_argument(where, call, given)
            change = f"{head}\n    {file.replaced(node, where.text(given))}\n{called}"
            break
    cause = f"'{node.id}' is called, but TorchScript cannot pass functions or modules as arguments"
    return Finding("function-argument", cause, change, NO_VALUES)


def _without_parameter(head: str, name: str) -> str:
    return re.sub(rf",? *\b{name}\b(?=[,)])", "", head).replace("(, ", "(")


def _without_argument(file: UserFile, call: ast.Call, argument: ast.expr) -> str:
    left = [file.text(item) for item in [*call.args, *call.keywords] if item is not argument]
    return file.replaced(call, f"{file.text(call.func)}({', '.join(left)})")


ENTRIES = [
    (r"^cannot call a value of type 'Tuple\[__torch__", sequential_slice),
    (r"^Cannot instantiate class '(?P<kind>\w+)' in a script function", module_in_forward),
    # The same, once torch has compiled the class as a submodule.
    (r"^Class (?P<kind>\w+) does not have an __init__ function defined", module_in_forward),
    (r"^Expected integer literal for index", module_index),
    (r"^Unable to extract string literal index", module_key),
    (r"^Can not iterate over a module list or tuple with", zip_with_list),
    (r"^reversed\(", reversed_modules),
    (r"^Because we emit iteration over modulelists", break_in_module_loop),
    (r"object has no attribute or method '__call__'", module_as_value),
    (r"^undefined value \w+", undefined_module),
    (r"^builtin cannot be used as a value", function_as_value),
    (r"^cannot call a value of type 'Tensor'", module_argument),
]
