"""The user's source files as syntax trees: the code at a place, and the values that names get."""

from __future__ import annotations

import ast
import functools
import inspect
import io
import linecache
import sys
import tokenize
from collections.abc import Iterator, Sequence
from typing import Any, TypeGuard, TypeVar, cast

from ...errors import is_own_frame, is_python_file, is_torch_frame

Node = TypeVar("Node", bound=ast.AST)

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def is_user_file(file: str) -> bool:
    """Whether it belongs neither to torch, nor to Python, nor to tsctl."""
    return not (is_own_frame(file) or is_torch_frame(file) or is_python_file(file))


class UserFile:
    """One source file. Nodes know their parents through `parent_of`."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.lines = text.splitlines()
        self.tree = ast.parse(text)
        self._parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def line(self, number: int) -> str:
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def text(self, node: ast.AST) -> str:
        """The source of a node, on one line."""
        segment = ast.get_source_segment("\n".join(self.lines), node) or ast.unparse(node)
        return segment if "\n" not in segment else ast.unparse(node)

    def parent_of(self, node: ast.AST) -> ast.AST | None:
        return self._parents.get(node)

    def around(self, node: ast.AST, kind: type[Node] | tuple[type[Node], ...]) -> Node | None:
        """The innermost node of this kind that contains `node`."""
        above = self.parent_of(node)
        while above is not None and not isinstance(above, kind):
            above = self.parent_of(above)
        return above

    def statement_of(self, node: ast.AST) -> ast.stmt:
        while not isinstance(node, ast.stmt):
            node = self._parents[node]
        return node

    def at(self, line: int, column: int, length: int) -> ast.AST | None:
        """The node that begins at this place: the one of that length, otherwise the largest on that line."""
        found: list[Any] = [
            node
            for node in ast.walk(self.tree)
            if getattr(node, "lineno", 0) == line and getattr(node, "col_offset", -1) == column
        ]
        same = [node for node in found if node.end_lineno == line and node.end_col_offset == column + length]
        return next(iter(same or found), None)

    def on_line(self, line: int, kind: type[Node] | tuple[type[Node], ...]) -> list[Node]:
        """Nodes of a kind that begin on a line, from left to right."""
        found: list[Any] = [
            node
            for node in ast.walk(self.tree)
            if isinstance(node, kind) and getattr(node, "lineno", 0) == line
        ]
        return sorted(found, key=lambda node: node.col_offset)

    def statement_at(self, line: int) -> ast.stmt | None:
        """The innermost statement that contains this line."""
        found = None
        for node in ast.walk(self.tree):
            if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno):
                found = node
        return found

    def function_at(self, line: int) -> ast.FunctionDef | None:
        """The innermost function around a line; its decorators belong to it."""
        found: ast.FunctionDef | None = None
        for node in ast.walk(self.tree):
            if isinstance(node, FUNCTIONS):
                first = min([node.lineno, *(item.lineno for item in node.decorator_list)])
                if first <= line <= (node.end_lineno or node.lineno):
                    found = cast("ast.FunctionDef", node)  # an async one has the same fields
        return found

    def functions(self, name: str) -> list[ast.FunctionDef]:
        return [
            cast("ast.FunctionDef", node)
            for node in ast.walk(self.tree)
            if isinstance(node, FUNCTIONS) and node.name == name
        ]

    def class_named(self, name: str) -> ast.ClassDef | None:
        found = (node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef))
        return next((node for node in found if node.name == name), None)

    def imports(self, name: str) -> bool:
        """Whether the file imports this name."""
        found = (node for node in ast.walk(self.tree) if isinstance(node, (ast.Import, ast.ImportFrom)))
        return any((alias.asname or alias.name) == name for node in found for alias in node.names)

    def name_of(self, name: str) -> str:
        """How this file names Tensor, or nn.ModuleList."""
        if self.imports(name.split(".")[0]):
            return name
        return f"torch.{name}"

    def replaced(self, node: ast.AST, text: str) -> str:
        """The line of `node` with `text` in its place, without indentation.

        If the node has several lines, it is replaced in its whole statement, which is put on one line.
        """
        return self.edited([(node, text)]) or self._in_statement(node, text)

    def _in_statement(self, node: ast.AST, text: str) -> str:
        statement = self.statement_of(node)
        if hasattr(statement, "body"):
            return ""
        whole, part = (ast.get_source_segment("\n".join(self.lines), item) for item in (statement, node))
        if not whole or not part or whole.count(part) != 1:
            return ""
        try:
            return ast.unparse(ast.parse(whole.replace(part, text)))
        except SyntaxError:
            return ""

    def shown(self, number: int) -> str:
        """The statement of a line, on one line."""
        statement = self.statement_at(number)
        if statement is None or hasattr(statement, "body") or statement.lineno == statement.end_lineno:
            return without_comment(self.line(number))
        return ast.unparse(statement)

    def edited(self, edits: Sequence[tuple[Any, str]]) -> str:
        """One line with several nodes replaced. Empty if a node has several lines."""
        if not edits or len({number for node, _ in edits for number in (node.lineno, node.end_lineno)}) != 1:
            return ""
        line = self.line(edits[0][0].lineno).encode()
        for node, text in sorted(edits, key=lambda edit: -edit[0].col_offset):
            line = line[: node.col_offset] + text.encode() + line[node.end_col_offset :]
        return without_comment(line.decode())


def without_comment(line: str) -> str:
    """A line of code without indentation and without the comment at its end."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(line.strip()).readline):
            if token.type == tokenize.COMMENT and token.start[0] == 1:
                return line.strip()[: token.start[1]].rstrip()
    except (tokenize.TokenError, IndentationError, SyntaxError):
        pass
    return line.strip()


@functools.lru_cache(maxsize=64)
def _parsed(path: str, text: str) -> UserFile | None:
    try:
        return UserFile(path, text)
    except (SyntaxError, ValueError):
        return None


def user_file(path: str) -> UserFile | None:
    text = "".join(linecache.getlines(path))
    return _parsed(path, text) if text else None


def file_of(thing: Any) -> UserFile | None:
    """The user's file that defines a class or a function."""
    try:
        path = inspect.getsourcefile(inspect.unwrap(thing) if callable(thing) else thing)
    except (TypeError, OSError, ValueError):
        return None
    return user_file(path) if path and is_user_file(path) else None


def user_classes(kind: type) -> Iterator[tuple[UserFile, ast.ClassDef]]:
    """The user's source of a class and its bases, in the order in which Python searches them."""
    for base in kind.__mro__:
        file = file_of(base)
        node = file.class_named(base.__name__) if file else None
        if file is not None and node is not None:
            yield file, node


def attribute_assignment(kind: type, name: str) -> tuple[UserFile, ast.stmt] | None:
    """The statement that first sets an attribute: `self.name = value`, or in the class's body."""
    for file, node in user_classes(kind):
        for statement in ast.walk(node):
            if isinstance(statement, (ast.Assign, ast.AnnAssign)) and any(
                is_self_attribute(target, name) for target in targets_of(statement)
            ):
                return file, statement
        for statement in node.body:
            if (
                isinstance(statement, (ast.Assign, ast.AnnAssign))
                and statement.value is not None
                and any(
                    isinstance(target, ast.Name) and target.id == name for target in targets_of(statement)
                )
            ):
                return file, statement
    return None


def targets_of(statement: ast.stmt) -> list[ast.expr]:
    if isinstance(statement, ast.Assign):
        return statement.targets
    return [statement.target] if isinstance(statement, (ast.AnnAssign, ast.AugAssign)) else []


def is_self_attribute(node: ast.AST, name: str = "") -> TypeGuard[ast.Attribute]:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
        and name in ("", node.attr)
    )


def parameters_of(function: ast.FunctionDef) -> list[ast.arg]:
    return [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]


def parameter_named(function: ast.FunctionDef, name: str) -> ast.arg | None:
    return next((item for item in parameters_of(function) if item.arg == name), None)


def negated(file: UserFile, test: ast.expr) -> str:
    """The opposite of a condition, as code."""
    signs = {ast.Eq: "!=", ast.NotEq: "==", ast.Lt: ">=", ast.LtE: ">", ast.Gt: "<=", ast.GtE: "<"}
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and type(test.ops[0]) in signs:
        return f"{file.text(test.left)} {signs[type(test.ops[0])]} {file.text(test.comparators[0])}"
    return f"not ({file.text(test)})"


def loaded_values(file: UserFile, name: str) -> list[Any]:
    """The values of a global name in the modules that were imported from a file."""
    return [
        getattr(module, name)
        for module in list(sys.modules.values())
        if getattr(module, "__file__", None) == file.path and hasattr(module, name)
    ]


def default_of(function: ast.FunctionDef, name: str) -> ast.expr | None:
    positional = [*function.args.posonlyargs, *function.args.args]
    defaults = function.args.defaults
    with_default = dict(
        zip((item.arg for item in positional[len(positional) - len(defaults) :]), defaults, strict=True)
    )
    named = zip((item.arg for item in function.args.kwonlyargs), function.args.kw_defaults, strict=True)
    return {**with_default, **dict(named)}.get(name)


def assignments_to(function: ast.AST, name: str, before: int = 1 << 30) -> list[ast.Assign | ast.AnnAssign]:
    """The statements of a function that assign to a local name, up to a line."""
    found = [
        node
        for node in ast.walk(function)
        if isinstance(node, (ast.Assign, ast.AnnAssign))
        and node.lineno <= before
        and any(isinstance(target, ast.Name) and target.id == name for target in targets_of(node))
    ]
    return sorted(found, key=lambda node: node.lineno)


def dotted(node: ast.AST) -> str:
    """A chain of names such as "np.sqrt"; empty for any other code."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def called_name(call: ast.Call) -> str:
    """The last name of the called function: "sqrt" of np.sqrt(x); empty for any other code."""
    return dotted(call.func).rsplit(".", 1)[-1]


def names_in(node: ast.AST) -> set[str]:
    return {item.id for item in ast.walk(node) if isinstance(item, ast.Name)}
