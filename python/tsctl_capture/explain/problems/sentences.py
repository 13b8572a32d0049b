"""Sentences about tracing, and types as Python writes them."""

from __future__ import annotations

import ast
import re

from .user_code import UserFile, default_of, is_self_attribute, parameters_of

NO_VALUES = "tracing works for this line: it does not read the values of tensors"
FIXED_LENGTH = "tracing works for this line, with the number of iterations of the example"
KEEPS_ARGUMENTS = "tracing works, with the arguments of the example"
KEEPS_EXAMPLE = "tracing would keep the example's result of this line for every input"
KEEPS_BRANCH = "tracing would keep only the branch that the example takes"
KEEPS_VALUE = "tracing would keep the example's number for every input"
TENSORS_ONLY = "a trace takes and returns tensors only; it keeps the example's value of everything else"
NOT_IN_FILE = "tracing would leave it out of the file"

_SIZES = {"shape", "size", "dim", "ndim", "dtype", "device", "numel", "is_cuda", "training"}


# Code that reads a number out of a tensor.
_READS_VALUES = re.compile(r"\.(item|tolist|numpy)\(|\b(float|int|bool)\((?!self\b)[a-z_]")


def of_line(tracing: str, source_line: str) -> str:
    """The sentence for this line: NO_VALUES is wrong if the line reads a number out of a tensor."""
    return KEEPS_VALUE if tracing == NO_VALUES and _READS_VALUES.search(source_line) else tracing


def of_branch(test: ast.AST, function: ast.FunctionDef | None) -> str:
    """What a trace does with a branch; that depends on what the condition reads."""
    if isinstance(test, ast.Compare) and isinstance(test.ops[0], (ast.Is, ast.IsNot)):
        return "tracing would keep the branch for the arguments that the example has"
    if all(is_self_attribute(node) for node in ast.walk(test) if isinstance(node, ast.Attribute)):
        names = {node.id for node in ast.walk(test) if isinstance(node, ast.Name)} - {"self"}
        if not names and not any(isinstance(node, ast.Call) for node in ast.walk(test)):
            return "tracing works for this branch: it depends on the module alone"
        if names and function is not None and names <= _flags(function):
            return "a trace takes tensors only: it would keep the branch for one value of the flag"
    return KEEPS_BRANCH


def _flags(function: ast.FunctionDef) -> set[str]:
    """Parameters that are not tensors, by annotation or default."""
    found: set[str] = set()
    for parameter in parameters_of(function):
        default = default_of(function, parameter.arg)
        annotation = ast.unparse(parameter.annotation) if parameter.annotation else ""
        if annotation in ("bool", "int", "float", "str") or (
            isinstance(default, ast.Constant) and isinstance(default.value, (bool, int, float, str))
        ):
            found.add(parameter.arg)
    return found


def python_type(kind: str, file: UserFile | None) -> str:
    """List[Tensor] as list[torch.Tensor], Optional[int] as int | None."""
    tensor = file.name_of("Tensor") if file else "torch.Tensor"
    kind = kind.replace(" (inferred)", "").strip()
    if kind == "NoneType":
        return f"{tensor} | None"
    while found := re.search(r"Optional\[((?:[^\[\]]|\[[^\[\]]*\])*)\]", kind):
        kind = kind[: found.start()] + f"{found[1]} | None" + kind[found.end() :]
    for old, new in (("List[", "list["), ("Dict[", "dict["), ("Tuple[", "tuple["), ("number", "float")):
        kind = kind.replace(old, new)
    return re.sub(r"\bTensor\b", tensor, kind)


def type_of_constant(value: object) -> str:
    for kind in (bool, int, float, str):
        if type(value) is kind:
            return kind.__name__
    return ""


def type_of_literal(node: ast.AST | None) -> str:
    """The type of a literal; empty for other code, and if the items have several types."""
    if isinstance(node, ast.UnaryOp):
        return type_of_literal(node.operand)
    if isinstance(node, ast.Constant):
        return type_of_constant(node.value)
    if isinstance(node, ast.List) and node.elts:
        kinds = {type_of_literal(item) for item in node.elts}
        return f"list[{kinds.pop()}]" if len(kinds) == 1 and "" not in kinds else ""
    if isinstance(node, ast.Tuple) and node.elts:
        kinds_in_order = [type_of_literal(item) for item in node.elts]
        return f"tuple[{', '.join(kinds_in_order)}]" if all(kinds_in_order) else ""
    if isinstance(node, ast.Dict) and node.keys:
        keys = {type_of_literal(key) for key in node.keys}
        values = {type_of_literal(value) for value in node.values}
        if len(keys) == len(values) == 1 and "" not in keys | values:
            return f"dict[{keys.pop()}, {values.pop()}]"
    return ""


def listed(names: list[str]) -> str:
    """a, b and c"""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
