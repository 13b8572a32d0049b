"""Stars and tuple(): values whose number the compiler does not know."""

from __future__ import annotations

import ast
import re

from .refusal import Finding, Refusal
from .sentences import (
    FIXED_LENGTH,
    NO_VALUES,
)
from .user_code import (
    UserFile,
    dotted,
)

_FROM_NUMPY = ("from_numpy", "tensor", "as_tensor")


def spread(refusal: Refusal, match: re.Match[str]) -> Finding | None:
    """x.view(*size), first, *rest = ..., tuple(parts)."""
    file, statement = refusal.file, refusal.statement
    if file is None or statement is None:
        return None
    if isinstance(statement, ast.Assign) and any(
        isinstance(item, ast.Starred) for item in getattr(statement.targets[0], "elts", [])
    ):
        return _starred_targets(file, statement)
    for call in file.on_line(refusal.line, ast.Call):
        if dotted(call.func) == "tuple" and len(call.args) == 1:
            return _tuple_of(file, call)
    starred = file.on_line(refusal.line, ast.Starred)
    if not starred:
        return None
    node = starred[0]
    above = file.parent_of(node)
    if isinstance(above, ast.Call) and (drawn := _drawn_by_numpy(refusal, file, above)) is not None:
        return drawn
    value = file.text(node.value)
    cause = f"the compiler does not know how many values '*{value}' has"
    if isinstance(above, (ast.List, ast.Tuple)):
        return Finding("star-argument", cause, _joined(file, above, above.elts), NO_VALUES)
    if isinstance(above, ast.Call) and len(above.args) == 1:
        return Finding("star-argument", cause, _one_argument(file, above, node), NO_VALUES)
    if isinstance(above, ast.Call):
        joined = _join_text(file, above.args)
        change = file.replaced(above, f"{file.text(above.func)}({joined})")
        return Finding("star-argument", cause, change, NO_VALUES)
    return None


def _drawn_by_numpy(refusal: Refusal, file: UserFile, call: ast.Call) -> Finding | None:
    """np.random.randn(*x.shape), whose star torch refuses before it comes to numpy."""
    root, *rest = dotted(call.func).split(".")
    if getattr(refusal.resolved(root), "__name__", "") != "numpy" or len(rest) < 2 or rest[0] != "random":
        return None
    cause = f"TorchScript cannot call numpy's {dotted(call.func)}()"
    above, whole = file.parent_of(call), call
    while isinstance(above, ast.Call) and dotted(above.func).rsplit(".", 1)[-1] in _FROM_NUMPY:
        whole, above = above, file.parent_of(above)
    change = ""
    if rest[1] in ("rand", "randn") and len(call.args) == 1 and isinstance(call.args[0], ast.Starred):
        change = file.replaced(whole, f"torch.{rest[1]}({file.text(call.args[0].value)})")
    return Finding("random", cause, change, "tracing would keep the value from the capture for every input")


def _one_argument(file: UserFile, call: ast.Call, node: ast.Starred) -> str:
    if dotted(call.func).startswith("torch.") and isinstance(node.value, ast.Call):
        parts = node.value.func
        if isinstance(parts, ast.Attribute) and parts.attr == "chunk" and node.value.args:
            count = node.value.args[0]
            if isinstance(count, ast.Constant) and isinstance(count.value, int):
                items = ", ".join(f"parts[{i}]" for i in range(count.value))
                return f"parts = {file.text(node.value)}\n{file.replaced(node, items)}"
    return file.replaced(node, file.text(node.value))


def _join_text(file: UserFile, items: list[ast.expr]) -> str:
    """The sum that replaces stars: shape + (2,) for (*shape, 2)."""
    pieces: list[str] = []
    plain: list[str] = []
    for item in [*items, None]:
        if item is not None and not isinstance(item, ast.Starred):
            plain.append(file.text(item))
            continue
        if plain:
            pieces.append(f"({plain[0]},)" if len(plain) == 1 else f"({', '.join(plain)})")
            plain = []
        if item is not None:
            pieces.append(file.text(item.value))
    return " + ".join(pieces)


def _joined(file: UserFile, node: ast.List | ast.Tuple, items: list[ast.expr]) -> str:
    joined = _join_text(file, items)
    if isinstance(node, ast.List):
        joined = re.sub(r"\(([^()]*?),?\)(?= \+|$)", r"[\1]", joined)
    return file.replaced(node, joined)


def _starred_targets(file: UserFile, statement: ast.Assign) -> Finding:
    target = statement.targets[0]
    names = list(target.elts) if isinstance(target, ast.Tuple) else []
    star = next(i for i, item in enumerate(names) if isinstance(item, ast.Starred))
    left, right = names[:star], names[star + 1 :]
    values = [f"parts[{i}]" for i in range(len(left))]
    values.append(f"parts[{len(left)}:{f'-{len(right)}' if right else ''}]")
    values += [f"parts[-{len(right) - i}]" for i in range(len(right))]
    shown = [file.text(item.value if isinstance(item, ast.Starred) else item) for item in names]
    change = f"parts = {file.text(statement.value)}\n{', '.join(shown)} = {', '.join(values)}"
    cause = f"the compiler does not know how many values '{file.text(names[star])}' gets"
    return Finding("starred-assignment", cause, change, FIXED_LENGTH)


def _tuple_of(file: UserFile, call: ast.Call) -> Finding:
    inner = call.args[0]
    text = file.text(inner)
    cause = "the compiler does not know the length of this tuple; a list may have any length"
    if isinstance(inner, ast.GeneratorExp):
        text = f"[{text.strip('()')}]" if text.startswith("(") else f"[{text}]"
        text = f"[{ast.unparse(inner)[1:-1]}]"
    return Finding("tuple-of-list", cause, file.replaced(call, text), FIXED_LENGTH)


ENTRIES = [
    (r"^cannot statically infer the expected size", spread),
]
