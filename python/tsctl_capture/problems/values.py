"""Types of values: None, numbers and tensors in each other's place, and branches that disagree."""

from __future__ import annotations

import ast
import re

from .refusal import Finding, Refusal
from .sentences import (
    FIXED_LENGTH,
    KEEPS_EXAMPLE,
    KEEPS_VALUE,
    NO_VALUES,
    TENSORS_ONLY,
    of_branch,
    python_type,
    type_of_literal,
)
from .user_code import (
    UserFile,
    assignments_to,
    default_of,
    dotted,
    is_self_attribute,
    names_in,
    parameters_of,
    targets_of,
    without_comment,
)


def _candidates(refusal: Refusal) -> list[ast.expr]:
    """Names and attributes in the refused expression, in order; the whole line's if it is unknown."""
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
    """Something that may be None is computed with, without a check before."""
    file, function = refusal.file, refusal.function
    if file is None or function is None:
        return None
    line = without_comment(file.line(refusal.line))
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
            cause = f"'{shown}' may be None: TorchScript believes a check of a local name, not one of an attribute"
            return Finding("optional-attribute", cause, change, _none_branch(node))
        change = f"assert {shown} is not None\n{line}"
        cause = f"'{shown}' may be None, and nothing before this line says that it is not"
        return Finding("optional-value", cause, change, _none_branch(node))
    for node in ast.walk(refusal.expression) if refusal.expression is not None else ():
        if isinstance(node, ast.Call):
            return _optional_result(file, node, match)
    return None


def _none_branch(node: ast.AST) -> str:
    return "tracing would do, for the arguments that the example has"


def _optional_result(file: UserFile, node: ast.Call, match: re.Match[str]) -> Finding | None:
    called = file.text(node.func)
    if called.endswith(".get") and len(node.args) == 1:
        change = file.replaced(node, f"{called.removesuffix('.get')}[{file.text(node.args[0])}]")
        cause = f"'{file.text(node)}' may be None, and nothing before this line says that it is not"
        return Finding("optional-value", cause, change, NO_VALUES)
    functions = file.functions(called.rsplit(".", 1)[-1])
    if not functions:
        return None
    change = f"out = {file.text(node)}\nassert out is not None\n{file.replaced(node, 'out')}"
    cause = f"'{called}' returns None on some way through it, and nothing says that it did not here"
    return Finding("optional-value", cause, change, of_branch(node, None))


def optional_condition(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """`if mask:` and `n or 2`, where None stands for false."""
    file, node = refusal.file, refusal.node
    if file is None or not isinstance(node, ast.expr):
        return None
    shown, above = file.text(node), file.parent_of(node)
    cause = f"'{shown}' may be None: TorchScript takes no truth of it"
    if isinstance(above, ast.BoolOp) and isinstance(above.op, ast.Or) and len(above.values) == 2:
        change = file.replaced(above, f"{shown} if {shown} is not None else {file.text(above.values[1])}")
    else:
        change = file.replaced(node, f"{shown} is not None")
    return Finding("optional-condition", cause, change, _none_branch(node))


def float_as_size(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """x.shape[0] / 2 where an int is wanted; also by way of a local name."""
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
            cause = f"'{text}' is a float, and a size has to be an int"
            return Finding("integer-division", cause, file.replaced(node, whole), _sized(text), node)
        if isinstance(node.op, ast.Pow) or any(
            isinstance(item, ast.Constant) and type(item.value) is float for item in ast.walk(node)
        ):
            cause = f"'{text}' is a float in TorchScript, and a size has to be an int"
            return Finding("float-as-size", cause, file.replaced(node, f"int({text})"), _sized(text), node)
    return None


def _sized(text: str) -> str:
    if "**" in text or re.search(r"\d\.", text):
        return NO_VALUES
    return f"Python refuses it too when this line runs: there '{text}' is a float as well"


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
        cause = f"range counts with ints, and '{shown}' is {what}"
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
    cause = "tolist() may give lists of any depth and type: TorchScript wants it written down"
    return Finding("tolist", cause, change, KEEPS_VALUE)


def tensor_method(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """x.numpy(), and whatever else a TorchScript tensor does not have."""
    name, file, node = match["name"], refusal.file, refusal.node
    if file is None or node is None or name in ("forward",):
        return None
    if name in ("numpy", "__array__"):
        call = file.around(node, ast.Call)
        owner = file.text(node.value) if isinstance(node, ast.Attribute) else ""
        change = file.replaced(call, owner) if call is not None and owner else ""
        return Finding(
            "numpy", "TorchScript has no numpy: a file computes on tensors alone", change, KEEPS_EXAMPLE
        )
    function = refusal.function
    owner = node.value if isinstance(node, ast.Attribute) else None
    if function is not None and isinstance(owner, ast.Name):
        parameter = next((item for item in parameters_of(function) if item.arg == owner.id), None)
        if parameter is not None and parameter.annotation is None and not _tensor_has(name):
            cause = (
                f"'{owner.id}' has no annotation, so TorchScript takes it for a tensor, which has no '{name}'"
            )
            return Finding("not-a-tensor", cause, "", NO_VALUES, parameter)
    return None


def _tensor_has(name: str) -> bool:
    import torch

    return hasattr(torch.Tensor, name)


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
    cause = f"one value of the condition is {match['first']} and the other {match['second']}"
    change = ""
    for item in (node.body, node.orelse):
        if {match["first"], match["second"]} == {"int", "float"} and type_of_literal(item) == "int":
            change = file.replaced(item, f"{file.text(item)}.0")
    if isinstance(node.body, ast.Tuple) and isinstance(node.orelse, ast.Tuple):
        pairs = [(item, f"[{file.text(item)[1:-1].rstrip(',')}]") for item in (node.body, node.orelse)]
        change = file.edited(pairs)
    return Finding("branch-types", cause, change, of_branch(node.test, refusal.function), node)


def changed_type(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """A variable that a loop gives another type than it had before."""
    name, file, function = match["name"], refusal.file, refusal.function
    if file is None or function is None:
        return None
    before, after = match["before"], match["after"].removesuffix(" (inferred)")
    given = assignments_to(function, name, refusal.line)
    first = given[0] if given else None
    kind = python_type(after, file)
    change, node = "", None
    if isinstance(first, ast.Assign):
        node = first
        if before == "NoneType":
            change = f"{name}: {kind} | None = {file.text(first.value)}"
        elif before == "int" and after == "float" and type_of_literal(first.value) == "int":
            change = file.replaced(first.value, f"{file.text(first.value)}.0")
    cause = f"'{name}' is {before} before the loop and becomes {after} in it"
    if before == "NoneType":
        cause = f"'{name}' is None before the loop, which TorchScript takes for its type, and becomes {after} in it"
    return Finding("loop-type", cause, change, FIXED_LENGTH, node)


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
    """A name that only one branch gives a value."""
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
    cause = f"'{name}' has a value in the {'first' if match['which'] == 'false' else 'second'} branch alone and is used after both"
    return Finding("undefined-in-branch", cause, change, of_branch(test.test, function), test)


def undefined_value(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """A name that a loop gives a value; or one that stands for a module."""
    name, file, function = match["name"], refusal.file, refusal.function
    if file is None or function is None:
        return None
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
            cause = f"'{name}' gets its value in a loop that may have no round, and is used after it"
            return Finding("undefined-after-loop", cause, change, FIXED_LENGTH, loop)
    return None


def list_of_unknown(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """sizes = [] that then holds ints."""
    file, function = refusal.file, refusal.function
    kind = python_type(match["found"], file)
    if file is None or function is None:
        return None
    for name in sorted(names_in(refusal.statement)) if refusal.statement else []:
        for given in assignments_to(function, name, refusal.line):
            value = given.value
            empty = (isinstance(value, ast.List) and not value.elts) or (
                isinstance(value, ast.Dict) and not value.keys
            )
            if not empty:
                continue
            holder = "list" if isinstance(value, ast.List) else "dict"
            noted = f"list[{kind}]" if holder == "list" else f"dict[str, {kind}]"
            cause = (
                f"'{name}' is an empty {holder}, which TorchScript takes for one of tensors; it holds {kind}"
            )
            change = f"{name}: {noted} = {file.text(value)}"
            return Finding("empty-container", cause, change, NO_VALUES, given)
    return _set_in_dict(refusal, match, kind)


def _set_in_dict(refusal: Refusal, match: re.Match[str], kind: str) -> Finding | None:
    statement, file = refusal.statement, refusal.file
    targets = targets_of(statement) if statement else []
    if (
        file is None
        or not targets
        or not isinstance(targets[0], ast.Subscript)
        or kind not in ("int", "float", "bool")
    ):
        return None
    value = getattr(statement, "value", None)
    cause = f"the dict '{file.text(targets[0].value)}' holds tensors, and this value is {kind}: TorchScript's dicts have one type"
    change = file.replaced(value, f"torch.tensor({file.text(value)})") if value is not None else ""
    return Finding("mixed-dict", cause, change, TENSORS_ONLY)


def mixed_values(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """A value out of a dict or list of several types: TorchScript knows only that it is one of them."""
    file, node = refusal.file, refusal.node
    if file is None or node is None:
        return None
    function = refusal.function
    for item in ast.walk(node):
        if isinstance(item, ast.Subscript):
            shown = file.text(item)
            tensor = file.name_of("Tensor")
            line = without_comment(file.line(refusal.line))
            change = f"value = {shown}\nassert isinstance(value, {tensor})\n{line.replace(shown, 'value', 1)}"
            cause = f"'{shown}' is one of {match['kinds']}: its {'dict' if 'str' in _key_kind(item) else 'list'} holds values of several types"
            return Finding("mixed-values", cause, change, NO_VALUES)
    for parameter in parameters_of(function) if function else []:
        if (
            parameter.arg in names_in(node)
            and parameter.annotation is not None
            and "Union" in file.text(parameter.annotation)
        ):
            cause = f"'{parameter.arg}' is one of {match['kinds']}, and nothing before this line says which"
            line = without_comment(file.line(refusal.line))
            change = f"assert isinstance({parameter.arg}, {match['kinds'].split(', ')[-1]})\n{line}"
            return Finding("mixed-values", cause, change, NO_VALUES)
    return None


def _key_kind(item: ast.Subscript) -> str:
    return type_of_literal(item.slice) if isinstance(item.slice, ast.Constant) else ""


def dict_literal(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """A dict whose values or keys are of several types, where one is declared."""
    file = refusal.file
    found = file.on_line(refusal.line, ast.Dict) if file else []
    if file is None or not found:
        return None
    node = found[0]
    if match.group().startswith("Dict keys"):
        wrong = [key for key in node.keys if key is not None and type_of_literal(key) not in ("str", "")]
        change = file.edited([(key, f'"{file.text(key)}"') for key in wrong]) if wrong else ""
        return Finding(
            "mixed-keys",
            "the keys of this dict are of several types: TorchScript's have one",
            change,
            NO_VALUES,
        )
    wrong = [value for value in node.values if type_of_literal(value) or _is_size(value)]
    change = file.edited([(value, f"torch.tensor({file.text(value)})") for value in wrong]) if wrong else ""
    cause = "this dict is declared to hold tensors, and not all of its values are"
    return Finding("mixed-dict", cause, change, TENSORS_ONLY)


def _is_size(node: ast.expr) -> bool:
    return isinstance(node, ast.Subscript) and dotted(node.value).endswith(".shape")


def tuple_index(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file, node = refusal.file, refusal.node
    if file is None or not isinstance(node, ast.Subscript):
        return None
    index = file.text(node.slice)
    cause = f"'{file.text(node.value)}' is a tuple of several types: which one '{index}' takes is not known when compiling"
    function = refusal.function
    default = default_of(function, index) if function is not None else None
    change = file.replaced(node.slice, file.text(default)) if default is not None else ""
    return Finding("tuple-index", cause, change, KEEPS_VALUE)


def list_of_none(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """[None] * 3, filled later."""
    function, file = refusal.function, refusal.file
    if function is None or file is None or refusal.statement is None:
        return None
    for name in sorted(names_in(refusal.statement)):
        for given in assignments_to(function, name, refusal.line):
            if given.value is not None and "[None]" in file.text(given.value):
                change = f"{name}: list[{file.name_of('Tensor')} | None] = {_nones(file, given.value)}"
                cause = f"'{name}' is a list of None, which TorchScript takes for its type"
                return Finding("list-of-none", cause, change, NO_VALUES, given)
    return None


def _nones(file: UserFile, value: ast.expr) -> str:
    """[None] * n as a comprehension, which takes the declared type."""
    if isinstance(value, ast.BinOp) and file.text(value.left) == "[None]":
        return f"[None for _ in range({file.text(value.right)})]"
    return file.text(value)


def global_variable(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file, node = refusal.file, refusal.node
    if file is None or not isinstance(node, ast.Name):
        return None
    kind, name = match["kind"], node.id
    own = f"self.{name.lower()}"
    if kind == "Tensor":
        first = f'self.register_buffer("{name.lower()}", {name}, persistent=False)  # in __init__'
    else:
        first = f"{own} = {name}  # in __init__"
    cause = f"'{name}' is a global variable: TorchScript reads functions, modules and attributes of self"
    change = f"{first}\n{file.replaced(node, own)}"
    held = refusal.resolved(name)
    items = list(held.values()) if isinstance(held, dict) else held if isinstance(held, (list, tuple)) else []
    if any(callable(item) for item in items):
        cause = f"'{name}' holds functions, for which TorchScript has no type"
        change = ""
    return Finding("global-variable", cause, change, NO_VALUES)


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
    cause = f"'{value}' is a tensor: how many rows it has is not known when compiling"
    change = file.replaced(statement.value, ", ".join(f"{value}[{i}]" for i in range(count)))
    return Finding(
        "tensor-unpacking", cause, change, "tracing would do, with the number of rows of the example"
    )


def repeated_text(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file = refusal.file
    for node in file.on_line(refusal.line, ast.BinOp) if file else []:
        text, count = node.left, node.right
        if not isinstance(node.op, ast.Mult) or type_of_literal(text) != "str" or file is None:
            continue
        plain = (
            isinstance(text, ast.Constant)
            and isinstance(count, ast.Constant)
            and isinstance(count.value, int)
        )
        change = file.replaced(node, f'"{text.value * count.value}"') if plain else ""
        return Finding("repeated-text", "TorchScript does not multiply text", change, NO_VALUES)
    return None


def dict_merge(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file, statement = refusal.file, refusal.statement
    value = statement.value if isinstance(statement, ast.Assign) else None
    if file is None or not isinstance(value, ast.BinOp) or not isinstance(value.op, ast.BitOr):
        return None
    name = file.text(statement.targets[0])
    change = f"{name} = {file.text(value.left)}\n{name}.update({file.text(value.right)})"
    if not isinstance(value.left, ast.Dict):
        change = change.replace("\n", ".copy()\n", 1)
    return Finding("dict-merge", "TorchScript does not merge dicts with |", change, NO_VALUES)


ENTRIES = [
    (r"cannot be used as a tuple", tensor_unpacking),
    (r"aten::mul.*found type 'str'", repeated_text),
    (r"aten::__or__.*found type 'Dict", dict_merge),
    (r"^Could not cast value of type Optional\[.*\] to bool", optional_condition),
    (
        r"instead found type 'Optional\[|^'Optional\[.*\]' object has no attribute|instead found type 'NoneType'",
        optional_value,
    ),
    (r"found float|instead found type 'float'", float_as_size),
    (r"all inputs of range must be ints, found (?P<found>Tensor|number)", tensor_as_int),
    (r"^Expected type hint for result of tolist", tolist),
    (r"^'Tensor(?: \(inferred\))?' object has no attribute or method '(?P<name>\w+)'", tensor_method),
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
        r"^Variable '(?P<name>\w+)' previously had type (?P<before>.+?) but is now being assigned to a value of "
        r"type (?P<after>[^\n]+?)\s*:?$",
        changed_type,
    ),
    (
        r"^Previous return statement returned a value of type (?P<first>.+?) but this return statement returns a "
        r"value of type (?P<second>.+?)$",
        return_types,
    ),
    (r"^(?P<name>\w+) is not defined in the (?P<which>true|false) branch", undefined_in_branch),
    (r"^undefined value (?P<name>\w+)", undefined_value),
    (
        r"Type variable 't' previously matched to type \S+(?: \(inferred\))? is matched to type (?P<found>[^\n]+?)\.(?:\n|$)",
        list_of_unknown,
    ),
    (r"found type 'Union\[(?P<kinds>[^']+)\]'", mixed_values),
    (
        r"^Dict keys must contain only a single type|^Type annotation was inferred to be `Dict.*given by the dict",
        dict_literal,
    ),
    (r"^Cannot index into a Tuple\[.*with a non-integer literal", tuple_index),
    (r"List\[NoneType\]", list_of_none),
    (r"^python value of type '(?P<kind>\w+)' cannot be used as a value", global_variable),
]
