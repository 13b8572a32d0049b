"""The types of the items in lists, dicts and tuples."""

from __future__ import annotations

import ast
import re
from typing import Any

from .refusal import Finding, Refusal
from .sentences import (
    KEEPS_VALUE,
    NO_VALUES,
    TENSORS_ONLY,
    python_type,
    type_of_literal,
)
from .user_code import (
    UserFile,
    assignments_to,
    default_of,
    dotted,
    names_in,
    parameters_of,
    targets_of,
)


def list_of_unknown(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """sizes = [] that then holds ints."""
    file, function = refusal.file, refusal.function
    kind = python_type(match["found"], file)
    if file is None or function is None:
        return None
    for name in sorted(names_in(refusal.statement)) if refusal.statement else []:
        for given in assignments_to(function, name, refusal.line):
            value = given.value
            if not isinstance(value, (ast.List, ast.Dict)) or _items_of(value):
                continue
            holder = "list" if isinstance(value, ast.List) else "dict"
            if holder == "list" and (other := _mixed_list(refusal, file, function, name, kind)) is not None:
                return other
            noted = f"list[{kind}]" if holder == "list" else f"dict[str, {kind}]"
            cause = (
                f"'{name}' is an empty {holder}, which TorchScript treats as a {holder} of tensors; "
                f"it holds {kind}"
            )
            change = f"{name}: {noted} = {file.text(value)}"
            return Finding("empty-container", cause, change, NO_VALUES, given)
    return _set_in_dict(refusal, match, kind)


def _items_of(value: ast.List | ast.Dict) -> list[Any]:
    return value.elts if isinstance(value, ast.List) else value.keys


def _mixed_list(
    refusal: Refusal, file: UserFile, function: ast.FunctionDef, name: str, kind: str
) -> Finding | None:
    """A list that holds tensors before another value is appended."""
    calls = [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and dotted(node.func) == f"{name}.append" and node.args
    ]
    here = [node for node in calls if node.lineno == refusal.line]
    if not here or not any(node.lineno < refusal.line for node in calls):
        return None
    value = here[0].args[0]
    change = file.replaced(value, f"torch.tensor({file.text(value)})")
    cause = f"the list '{name}' holds tensors, but this value is {kind}: a list in TorchScript has one type"
    return Finding("mixed-list", cause, change, TENSORS_ONLY)


def dict_of_other_keys(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """sizes = {} whose keys are not strings."""
    file, function = refusal.file, refusal.function
    if file is None or function is None or refusal.statement is None:
        return None
    for name in sorted(names_in(refusal.statement)):
        for given in assignments_to(function, name, refusal.line):
            if isinstance(given.value, ast.Dict) and not given.value.keys:
                cause = f"'{name}' is an empty dict, which TorchScript treats as a dict with str keys"
                change = f"{name}: dict[{match['key']}, {file.name_of('Tensor')}] = {{}}"
                return Finding("empty-container", cause, change, NO_VALUES, given)
    return None


def sum_of_tensors(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file = refusal.file
    for node in file.on_line(refusal.line, ast.Call) if file else []:
        if file is not None and dotted(node.func) == "sum" and len(node.args) == 1:
            text = file.text(node.args[0])
            text = f"[{text.strip('()')}]" if isinstance(node.args[0], ast.GeneratorExp) else text
            change = file.replaced(node, f"torch.stack({text}).sum(0)")
            return Finding("sum-of-tensors", "TorchScript's sum adds numbers, not tensors", change, NO_VALUES)
    return None


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
    cause = (
        f"the dict '{file.text(targets[0].value)}' holds tensors, but this value is {kind}: "
        "a dict in TorchScript has one type"
    )
    change = file.replaced(value, f"torch.tensor({file.text(value)})") if value is not None else ""
    return Finding("mixed-dict", cause, change, TENSORS_ONLY)


def mixed_values(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """An item of a dict or list of several types: its type is the union of them."""
    file, node = refusal.file, refusal.node
    if file is None or node is None:
        return None
    function = refusal.function
    for item in ast.walk(node):
        if isinstance(item, ast.Subscript):
            shown = file.text(item)
            tensor = file.name_of("Tensor")
            line = file.shown(refusal.line)
            change = f"value = {shown}\nassert isinstance(value, {tensor})\n{line.replace(shown, 'value', 1)}"
            cause = (
                f"'{shown}' is one of {match['kinds']}: its "
                f"{'dict' if 'str' in _key_kind(item) else 'list'} holds values of several types"
            )
            return Finding("mixed-values", cause, change, NO_VALUES)
    for parameter in parameters_of(function) if function else []:
        if (
            parameter.arg in names_in(node)
            and parameter.annotation is not None
            and "Union" in file.text(parameter.annotation)
        ):
            cause = f"'{parameter.arg}' is one of {match['kinds']}, and no check before this line says which"
            line = file.shown(refusal.line)
            change = f"assert isinstance({parameter.arg}, {match['kinds'].split(', ')[-1]})\n{line}"
            return Finding("mixed-values", cause, change, NO_VALUES)
    return None


def _key_kind(item: ast.Subscript) -> str:
    return type_of_literal(item.slice) if isinstance(item.slice, ast.Constant) else ""


def dict_literal(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """A dict with values or keys of several types."""
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
            "the keys of this dict have several types: a dict in TorchScript has one",
            change,
            NO_VALUES,
        )
    wrong = [value for value in node.values if type_of_literal(value) or _is_size(value)]
    change = file.edited([(value, f"torch.tensor({file.text(value)})") for value in wrong]) if wrong else ""
    cause = "this dict is declared to hold tensors, but not all of its values are tensors"
    return Finding("mixed-dict", cause, change, TENSORS_ONLY)


def _is_size(node: ast.expr) -> bool:
    return isinstance(node, ast.Subscript) and dotted(node.value).endswith(".shape")


def tuple_index(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file, node = refusal.file, refusal.node
    if file is None or not isinstance(node, ast.Subscript):
        return None
    index = file.text(node.slice)
    cause = (
        f"'{file.text(node.value)}' is a tuple of several types: the compiler does not know "
        f"which one '{index}' selects"
    )
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
                cause = f"'{name}' is a list of None, and TorchScript treats that as its type"
                return Finding("list-of-none", cause, change, NO_VALUES, given)
    return None


def _nones(file: UserFile, value: ast.expr) -> str:
    """[None] * n as a comprehension, which can get the declared type."""
    if isinstance(value, ast.BinOp) and file.text(value.left) == "[None]":
        return f"[None for _ in range({file.text(value.right)})]"
    return file.text(value)


def repeated_text(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file = refusal.file
    for node in file.on_line(refusal.line, ast.BinOp) if file else []:
        text, count = node.left, node.right
        if not isinstance(node.op, ast.Mult) or type_of_literal(text) != "str" or file is None:
            continue
        change = ""
        if isinstance(text, ast.Constant) and isinstance(count, ast.Constant):
            whole: Any = text.value
            change = file.replaced(node, f'"{whole * count.value}"') if isinstance(count.value, int) else ""
        return Finding("repeated-text", "TorchScript cannot multiply a string", change, NO_VALUES)
    return None


def dict_merge(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    file, statement = refusal.file, refusal.statement
    if file is None or not isinstance(statement, ast.Assign):
        return None
    value = statement.value
    if not isinstance(value, ast.BinOp) or not isinstance(value.op, ast.BitOr):
        return None
    name = file.text(statement.targets[0])
    change = f"{name} = {file.text(value.left)}\n{name}.update({file.text(value.right)})"
    if not isinstance(value.left, ast.Dict):
        change = change.replace("\n", ".copy()\n", 1)
    return Finding("dict-merge", "TorchScript cannot merge dicts with |", change, NO_VALUES)


ENTRIES = [
    (
        r"aten::_set_item\.str[^\n]*\s+Expected a value of type 'str' for argument 'idx' "
        r"but instead found type '(?P<key>int|float|bool)'",
        dict_of_other_keys,
    ),
    (r"aten::sum\(Tensor self.*found type 'List\[Tensor\]'", sum_of_tensors),
    (r"aten::mul.*found type 'str'", repeated_text),
    (r"aten::__or__.*found type 'Dict", dict_merge),
    (
        r"Type variable 't' previously matched to type \S+(?: \(inferred\))? "
        r"is matched to type (?P<found>[^\n]+?)\.(?:\n|$)",
        list_of_unknown,
    ),
    (r"found type 'Union\[(?P<kinds>[^']+)\]'", mixed_values),
    (
        r"^Dict keys must contain only a single type"
        r"|^Type annotation was inferred to be `Dict.*given by the dict",
        dict_literal,
    ),
    (r"^Cannot index into a Tuple\[.*with a non-integer literal", tuple_index),
    (r"List\[NoneType\]", list_of_none),
]
