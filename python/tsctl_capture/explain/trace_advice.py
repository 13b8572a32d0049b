"""What to write instead of a line whose value or length becomes a constant of a trace."""

from __future__ import annotations

import ast
import functools
import re

from ..errors import calling_lines, is_torch_frame, users_lines
from ..vocabulary import NoticeCode
from .syntax_tree import syntax_nodes

_LENGTH = re.compile(r"\blen\((\w+(?:\.\w+)*)\)")
_INTEGER = re.compile(r"\bint\((\w+(?:\.\w+)*\.(?:shape\[-?\d+\]|size\(-?\d+\)))\)")
_SCALAR = re.compile(r"\.item\(\)")
_NUMPY = re.compile(r"\.numpy\(|\bnumpy\.|\bnp\.")

_GENERAL = {
    NoticeCode.BRANCH_DECIDED: "choose by value with torch.where(condition, a, b), or keep the branch: "
    "put it into a function marked @torch.jit.script_if_tracing, or use tsctl script",
    NoticeCode.LENGTH_TAKEN: "take the length from x.shape, "
    "and compute on the whole tensor instead of row by row",
    NoticeCode.VALUE_BAKED_IN: "keep the value as a tensor: index, compare and compute with the tensor",
    NoticeCode.CONSTANT_TENSOR: "build it from tensors (torch.stack, torch.cat, x.new_full), "
    "or register it as a buffer if it never changes",
}
_ENCODER = (
    "build nn.TransformerEncoder with enable_nested_tensor=False: it then treats every mask alike; "
    "or use tsctl script"
)
_LOOP = (
    "a trace repeats the loop as often as its example: compute on the whole tensor instead, "
    "or put the loop into a function marked @torch.jit.script_if_tracing"
)
# Where Python takes one of two branches, or makes one bool of several tensors.
_BRANCHES = (ast.If, ast.While, ast.IfExp, ast.BoolOp)
_NO_TENSOR_OPERATORS = (ast.Is, ast.IsNot, ast.In, ast.NotIn)
# Statements with these have no result: only a message, or an error.
_MESSAGES = re.compile(
    r"^(print|warn|warnings\.warn|(self\.)?_?(log|logger|logging)(\.\w+)?)$", re.IGNORECASE
)
# Calls that turn a tensor into a Python value.
_NUMBERS = {"bool", "int", "float", "str", "round", "range"}


def advice_for(code: NoticeCode, line: str) -> str:
    """The line rewritten so that a trace follows the input; otherwise what to do; "" if unknown."""
    if code not in _GENERAL:
        return ""
    if code == NoticeCode.BRANCH_DECIDED and "src_key_padding_mask=" in line:
        return _ENCODER
    if code in (NoticeCode.LENGTH_TAKEN, NoticeCode.VALUE_BAKED_IN):
        parts = _parsed(line)
        if any(isinstance(part, ast.For) or _calls(part, {"range"}) for part in parts):
            return _LOOP
        if any(isinstance(part, _BRANCHES) or _is_not(part) for part in parts):
            return _GENERAL[NoticeCode.BRANCH_DECIDED]
    rewritten = _rewritten(code, line)
    parts = _parsed(rewritten)
    if parts and not any(_calls(part, _NUMBERS) for part in parts):
        return rewritten
    if code == NoticeCode.VALUE_BAKED_IN and _NUMPY.search(line):
        return "use torch's functions on the tensor: the trace does not record numpy"
    return _GENERAL[code]


def _rewritten(code: NoticeCode, line: str) -> str:
    """The line rewritten; empty if it cannot be."""
    if code == NoticeCode.LENGTH_TAKEN and _LENGTH.search(line):
        return _LENGTH.sub(r"\1.shape[0]", line)
    if code == NoticeCode.VALUE_BAKED_IN:
        changed = _INTEGER.sub(r"\1", line)
        changed = _SCALAR.sub("", changed)
        return changed if changed != line else ""
    return _where(line) or _maximum(line) if code == NoticeCode.BRANCH_DECIDED else ""


def _where(line: str) -> str:
    """`y = a if t > 0 else b` as torch.where, if the line is just that."""
    body = ast.parse(line).body if _parses(line) else []
    if len(body) != 1 or not isinstance(body[0], (ast.Assign, ast.Return)):
        return ""
    value = body[0].value
    if not isinstance(value, ast.IfExp) or not _is_tensor_test(value.test):
        return ""
    if any(_is_no_tensor(part) for part in (value.body, value.orelse)):
        return ""
    parts = ", ".join(ast.unparse(part) for part in (value.test, value.body, value.orelse))
    body[0].value = ast.parse(f"torch.where({parts})", mode="eval").body
    return ast.unparse(body[0])


def _maximum(line: str) -> str:
    """`y = max(a, b)` with torch.maximum, which takes two tensors."""
    body = ast.parse(line).body if _parses(line) else []
    if len(body) != 1 or not isinstance(body[0], (ast.Assign, ast.Return)):
        return ""
    found = [part for part in ast.walk(body[0]) if _calls(part, {"max", "min"})]
    if len(found) != 1 or not isinstance(found[0], ast.Call) or len(found[0].args) != 2 or found[0].keywords:
        return ""
    if any(isinstance(part, (ast.Constant, ast.Starred)) for part in found[0].args):
        return ""
    name = "maximum" if ast.unparse(found[0].func) == "max" else "minimum"
    found[0].func = ast.parse(f"torch.{name}", mode="eval").body
    return ast.unparse(body[0])


def takes_tensors(advice: str) -> bool:
    """Whether the operands of torch.maximum and torch.minimum are methods' results; a name may be a number."""
    for node in _parsed(advice):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("torch.maximum", "torch.minimum"):
            return all(isinstance(a, ast.Call) and isinstance(a.func, ast.Attribute) for a in node.args)
    return True


def is_code(advice: str) -> bool:
    """Whether an advice is the line rewritten."""
    return bool(advice) and _parses(advice)


def _is_tensor_test(test: ast.expr) -> bool:
    """Whether a condition can be a tensor.

    It is a Python bool with and, or, not, is, in and a < b < c, and when it compares sizes.
    """
    for part in ast.walk(test):
        if isinstance(part, ast.BoolOp) or _is_not(part) or _calls(part, {"len", "all", "any", "isinstance"}):
            return False
        if isinstance(part, ast.Compare) and (
            len(part.ops) > 1 or isinstance(part.ops[0], _NO_TENSOR_OPERATORS)
        ):
            return False
        if isinstance(part, ast.Attribute) and part.attr in ("shape", "size", "dim", "ndim", "numel"):
            return False
    return True


def _is_no_tensor(branch: ast.expr) -> bool:
    """Whether torch.where does not take it: None, a string or a container."""
    if isinstance(branch, ast.Constant):
        return not isinstance(branch.value, (bool, int, float))
    return isinstance(branch, (ast.Tuple, ast.List, ast.Dict, ast.Set, ast.IfExp, ast.Lambda))


def _is_not(part: ast.AST) -> bool:
    return isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.Not)


def _calls(part: ast.AST, names: set[str]) -> bool:
    return isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id in names


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _parsed(line: str) -> list[ast.AST]:
    """The nodes of the line, read as a statement or as the head of a block; empty if it is neither."""
    if not line:
        return []
    for text in (line, f"{line}\n    pass", f"if True:\n    pass\n{line}\n    pass"):
        if _parses(text):
            return list(ast.walk(ast.parse(text)))
    return []


def only_checks(file: str, number: int) -> bool:
    """Whether the statement at this line has no result: it raises, asserts or prints, in one branch only."""
    statement = statement_at(file, number)
    if isinstance(statement, ast.If):
        in_test = statement.test.lineno <= number <= (statement.test.end_lineno or number)
        return in_test and not statement.orelse and all(_is_message(part) for part in statement.body)
    return statement is not None and _is_message(statement)


def _is_message(statement: ast.stmt) -> bool:
    if isinstance(statement, (ast.Assert, ast.Raise, ast.Pass)):
        return True
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return True  # ... or a text
    is_call = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
    return is_call and _MESSAGES.match(ast.unparse(statement.value.func)) is not None  # type: ignore[attr-defined]


def is_handled_here() -> bool:
    """Whether a try, or contextlib.suppress, around the line that runs now would take its exception."""
    return any(
        first <= number <= last for file, number in users_lines() for first, last in _handled_lines(file)
    )


def is_torchs_check_here() -> bool:
    """Whether torch's own code decides now, and only raises, such as the checks of torch.distributions."""
    decides = None
    for file, number in calling_lines():
        if not is_torch_frame(file):
            break
        if any(first <= number <= last for first, last in _handled_lines(file)):
            return False  # torch takes another path where the check fails
        if decides is None and not isinstance(statement_at(file, number), ast.Return):
            decides = (file, number)  # a return leaves the decision to the caller
    return decides is not None and only_checks(*decides)


@functools.lru_cache(maxsize=64)
def _handled_lines(file: str) -> list[tuple[int, int]]:
    """First and last line of each block whose exceptions are handled."""
    blocks = []
    for node in _statements(file):
        tried = isinstance(node, ast.Try) and node.handlers
        suppressed = isinstance(node, ast.With) and any(
            isinstance(item.context_expr, ast.Call)
            and ast.unparse(item.context_expr.func).split(".")[-1] == "suppress"
            for item in node.items
        )
        if isinstance(node, (ast.Try, ast.With)) and (tried or suppressed):
            blocks.append((node.body[0].lineno, node.body[-1].end_lineno or node.lineno))
    return blocks


@functools.lru_cache(maxsize=64)
def _statements(file: str) -> list[ast.stmt]:
    """The statements of a file, the shortest first."""
    found = [node for node in syntax_nodes(file) if isinstance(node, ast.stmt)]
    return sorted(found, key=lambda node: (node.end_lineno or node.lineno) - node.lineno)


def statement_at(file: str, number: int) -> ast.stmt | None:
    """The innermost statement that has the line."""
    around = (node for node in _statements(file) if node.lineno <= number <= (node.end_lineno or number))
    return next(around, None)
