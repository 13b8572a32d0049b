"""What to write instead of a line whose value or length a trace would keep."""

from __future__ import annotations

import ast
import re

_LENGTH = re.compile(r"\blen\((\w+(?:\.\w+)*)\)")
_INTEGER = re.compile(r"\bint\((\w+(?:\.\w+)*\.(?:shape\[-?\d+\]|size\(-?\d+\)))\)")
_SCALAR = re.compile(r"\.item\(\)")
_NUMPY = re.compile(r"\.numpy\(|\bnumpy\.|\bnp\.")

_GENERAL = {
    "branch_decided": "choose by value with torch.where(condition, a, b), or keep the branch: "
    "put it into a function marked @torch.jit.script_if_tracing, or use tsctl script",
    "length_taken": "take the length from x.shape, and compute on the whole tensor instead of its rows",
    "value_baked_in": "keep the value a tensor: index, compare and compute with it as it is",
    "constant_tensor": "build it from tensors (torch.stack, torch.cat, x.new_full), "
    "or register it as a buffer if it never changes",
}


def advice_for(code: str, line: str) -> str:
    """The line written so that a trace follows it, where that can be said; otherwise what to do; "" if unknown."""
    if code not in _GENERAL:
        return ""
    rewritten = _rewritten(code, line)
    if rewritten and _is_code(rewritten):
        return rewritten
    if code == "value_baked_in" and _NUMPY.search(line):
        return "use torch's functions on the tensor: what numpy computes stays outside the trace"
    return _GENERAL[code]


def _rewritten(code: str, line: str) -> str:
    if code == "length_taken" and _LENGTH.search(line):
        return _LENGTH.sub(r"\1.shape[0]", line)
    if code == "value_baked_in":
        changed = _INTEGER.sub(r"\1", line)
        changed = _SCALAR.sub("", changed)
        return changed if changed != line else ""
    return _where(line) if code == "branch_decided" else ""


def _where(line: str) -> str:
    """`y = a if t > 0 else b` as torch.where, if the line is just that."""
    try:
        body = ast.parse(line).body
    except SyntaxError:
        return ""
    if len(body) != 1 or not isinstance(body[0], (ast.Assign, ast.Return)):
        return ""
    value = body[0].value
    if not isinstance(value, ast.IfExp):
        return ""
    parts = ", ".join(ast.unparse(part) for part in (value.test, value.body, value.orelse))
    body[0].value = ast.parse(f"torch.where({parts})", mode="eval").body
    return ast.unparse(body[0])


def _is_code(line: str) -> bool:
    """Whether the line parses, alone or as the head of a block."""
    for text in (line, f"{line}\n    pass"):
        try:
            ast.parse(text)
        except SyntaxError:
            continue
        return True
    return False
