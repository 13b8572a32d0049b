"""Numbers, sizes and tensors where another of them is needed."""

from __future__ import annotations

import ast
import re

import torch

from .refusal import Finding, Refusal
from .sentences import (
    KEEPS_EXAMPLE,
    KEEPS_VALUE,
    NO_VALUES,
)
from .user_code import (
    UserFile,
    assignments_to,
    dotted,
    names_in,
    parameter_named,
)


def float_as_size(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """x.shape[0] / 2 where an int is needed; also through a local name."""
    file, function = refusal.file, refusal.function
    root = refusal.expression or refusal.statement
    if file is None or function is None or root is None:
        return None
    found = [node for node in ast.walk(root) if isinstance(node, ast.BinOp)]
    for name in sorted(names_in(root)):
        found += [
            node
            for given in assignments_to(function, name, refusal.line)[-1:]
            for node in ast.walk(given)
            if isinstance(node, ast.BinOp)
        ]
    for node in found:
        text = file.text(node)
        if isinstance(node.op, ast.Div):
            whole = f"{file.text(node.left)} // {file.text(node.right)}"
            cause = f"'{text}' is a float, but a size must be an int"
            return Finding("integer-division", cause, file.replaced(node, whole), _sized(text), node)
        if isinstance(node.op, ast.Pow) or any(
            isinstance(item, ast.Constant) and type(item.value) is float for item in ast.walk(node)
        ):
            cause = f"'{text}' is a float in TorchScript, but a size must be an int"
            above = file.parent_of(node)
            whole_node: ast.expr = node
            if isinstance(above, ast.Call) and dotted(above.func) == "round":
                whole_node, text = above, file.text(above)
            change = file.replaced(whole_node, f"int({text})")
            return Finding("float-as-size", cause, change, _sized(text), whole_node)
    return None


def _sized(text: str) -> str:
    if "**" in text or re.search(r"\d\.", text):
        return NO_VALUES
    return f"Python refuses this line too when it runs: '{text}' is a float there as well"


def tensor_as_int(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """range(x.argmax()), with or without .item()."""
    file, node = refusal.file, refusal.node
    if file is None or not isinstance(node, ast.Call):
        return None
    for argument in node.args:
        if (
            isinstance(argument, ast.Constant)
            or dotted(argument).startswith("self.")
            or "len(" in file.text(argument)
        ):
            continue
        shown = file.text(argument)
        what = "a number of unknown type" if match["found"].startswith("number") else "a tensor"
        cause = f"range needs ints, but '{shown}' is {what}"
        change = file.replaced(argument, f"int({shown})")
        return Finding("tensor-as-int", cause, change, KEEPS_VALUE)
    return None


def tolist(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file = refusal.file
    found = (
        [node for node in file.on_line(refusal.line, ast.Call) if file.text(node.func).endswith(".tolist")]
        if file
        else []
    )
    statement = refusal.statement
    if file is None or not found or statement is None:
        return None
    node = found[0]
    if (
        isinstance(node.func, ast.Attribute)
        and (asked := _membership(file, node, node.func.value)) is not None
    ):
        return asked
    depth, above = 1, file.parent_of(node)
    while isinstance(above, ast.Subscript):
        depth, above = depth + 1, file.parent_of(above)
    depth = max(depth - 1, 1)
    noted = "list[" * depth + "float" + "]" * depth
    whole = isinstance(statement, ast.Assign) and statement.value is node
    name = file.text(statement.targets[0]) if whole and isinstance(statement, ast.Assign) else "values"
    change = f"{name}: {noted} = {file.text(node)}"
    if not whole:
        change += f"\n{file.replaced(node, name)}"
    cause = "tolist() can return lists of any depth and type: TorchScript needs an annotation"
    return Finding("tolist", cause, change, KEEPS_VALUE)


def membership(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """`3 in ids`, where ids is a tensor."""
    file = refusal.file
    for compare in file.on_line(refusal.line, ast.Compare) if file else []:
        held = compare.comparators[0]
        if file is not None and (found := _membership(file, held, held)) is not None:
            return found
    return None


def _membership(file: UserFile, held: ast.expr, tensor: ast.expr) -> Finding | None:
    """The finding for `value in held`, where `held` has the values of a tensor; None for other code around it."""
    compare = file.parent_of(held)
    if not isinstance(compare, ast.Compare) or len(compare.ops) != 1 or compare.left is held:
        return None
    if not isinstance(compare.ops[0], (ast.In, ast.NotIn)):
        return None
    test = f"bool(({file.text(tensor)} == {file.text(compare.left)}).any())"
    change = file.replaced(compare, f"not {test}" if isinstance(compare.ops[0], ast.NotIn) else test)
    cause = (
        f"TorchScript has no 'in' for a tensor, here '{file.text(tensor)}': compare with ==, and ask any()"
    )
    return Finding("tensor-membership", cause, change, KEEPS_EXAMPLE, compare, file)


def of_tensors(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """any(row.sum() > 6 for row in x): any() and all() take a list of bools."""
    file, name = refusal.file, match["name"]
    for call in file.on_line(refusal.line, ast.Call) if file else []:
        made = call.args[0] if len(call.args) == 1 else None
        if (
            file is None
            or dotted(call.func) != name
            or not isinstance(made, (ast.GeneratorExp, ast.ListComp))
        ):
            continue
        text, item = file.text(made), file.text(made.elt)
        loops = text[text.index(item) + len(item) : -1]  # without the bracket that ends them
        change = file.replaced(call, f"{name}([bool({item}){loops}])")
        cause = f"TorchScript's {name}() takes a list of bools, not of tensors"
        return Finding("tensor-membership", cause, change, KEEPS_EXAMPLE, call, file)
    return None


def tensor_method(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """x.numpy() and other methods that a tensor in TorchScript lacks."""
    name, file, node = match["name"], refusal.file, refusal.node
    if file is None or node is None or name in ("forward",):
        return None
    if name == "numpy":
        found = [
            item for item in file.on_line(refusal.line, ast.Call) if file.text(item.func).endswith(".numpy")
        ]
        called = found[0].func if found else None
        plain = file.text(called.value) if isinstance(called, ast.Attribute) else ""
        change = file.replaced(found[0], plain) if plain else ""
        if re.search(r"\b(np|numpy)\.|from_numpy\(|as_tensor\(", change):
            change = ""  # the code around it needs arrays, and has to change too
        return Finding(
            "numpy", "TorchScript has no numpy: a file computes on tensors only", change, KEEPS_EXAMPLE
        )
    function = refusal.function
    owner = node.value if isinstance(node, ast.Attribute) else None
    if function is not None and isinstance(owner, ast.Name):
        parameter = parameter_named(function, owner.id)
        if parameter is not None and parameter.annotation is None and not hasattr(torch.Tensor, name):
            cause = (
                f"'{owner.id}' has no annotation, so TorchScript treats it as a tensor, which has no '{name}'"
            )
            return Finding("not-a-tensor", cause, "", NO_VALUES, parameter)
    return None


def tensor_unpacking(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """a, b = x, where x is a tensor."""
    file, statement = refusal.file, refusal.statement
    if (
        file is None
        or not isinstance(statement, ast.Assign)
        or not isinstance(statement.targets[0], ast.Tuple)
    ):
        return None
    value, count = file.text(statement.value), len(statement.targets[0].elts)
    cause = f"'{value}' is a tensor: the compiler does not know its number of rows"
    change = file.replaced(statement.value, ", ".join(f"{value}[{i}]" for i in range(count)))
    return Finding("tensor-unpacking", cause, change, "tracing works, with the number of rows of the example")


ENTRIES = [
    (r"cannot be used as a tuple", tensor_unpacking),
    (r"found float|instead found type 'float'", float_as_size),
    (r"all inputs of range must be ints, found (?P<found>Tensor|number)", tensor_as_int),
    (r"^Expected type hint for result of tolist", tolist),
    (r"^Arguments for call are not valid.*aten::__contains__", membership),
    (r"^Arguments for call are not valid.*aten::(?P<name>any|all)\(", of_tensors),
    (r"^'Tensor(?: \(inferred\))?' object has no attribute or method '(?P<name>\w+)'", tensor_method),
]
