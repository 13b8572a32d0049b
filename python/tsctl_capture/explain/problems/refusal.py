"""A refusal of TorchScript's compiler: its message, its places, and the user's code there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import FunctionType, MethodType
from typing import Any

import torch

from ...errors import is_torch_frame
from ...model.source import LoadedModel
from .user_code import Node, UserFile, file_of, is_user_file, loaded_values, user_classes, user_file

_FILE = re.compile(r'^\s*(?:.* at\s+)?File "([^"]+)", line (\d+)$')
_CALLED = re.compile(r"^'.*' is being compiled since it was called from '.*'$")
_USED = re.compile(r"^and was used here:$")
_MARK = re.compile(r"^(\s*)(~+)")


@dataclass(frozen=True)
class Frame:
    """One place that the compiler names; the innermost comes first."""

    file: str
    line: int
    shown: str  # the line that the compiler underlines; empty if none
    column: int  # in `shown`
    length: int


@dataclass
class Finding:
    """An entry's explanation of a refusal. Without a node its place is the refusal's."""

    problem: str
    cause: str
    change: str = ""
    tracing: str = ""
    node: ast.AST | None = None  # on the line that has to change
    file: UserFile | None = None  # the file of `node`, if it is not the refusal's
    rename: str = ""  # the change in words, if it is another name: "rename `_`"


@dataclass
class Refusal:
    """`file` and `line` are the user's innermost place; they are None and 0 if torch names none."""

    model: LoadedModel | None
    message: str
    frames: list[Frame]
    file: UserFile | None = None
    line: int = 0
    node: ast.AST | None = None
    in_library: Frame | None = None  # the refused place in the code of torch or Python
    functions: list[Any] = field(default_factory=list)  # the functions being compiled, innermost last
    modules: list[torch.nn.Module] = field(default_factory=list)

    @property
    def function(self) -> ast.FunctionDef | None:
        return self.file.function_at(self.line) if self.file else None

    @property
    def statement(self) -> ast.stmt | None:
        return self.file.statement_at(self.line) if self.file else None

    @property
    def source_line(self) -> str:
        return self.file.line(self.line).strip() if self.file else ""

    @property
    def expression(self) -> ast.AST | None:
        """The refused node; the whole call, if the compiler underlines only the called name."""
        above = self.file.parent_of(self.node) if self.file and self.node is not None else None
        return above if isinstance(above, ast.Call) and above.func is self.node else self.node

    def text(self, node: ast.AST) -> str:
        return self.file.text(node) if self.file else ast.unparse(node)

    def module_named(self, name: str) -> torch.nn.Module | None:
        """A module of the model whose class has this name."""
        return next((part for part in self.parts if type(part).__name__ == name), None)

    def module_around(self, node: ast.AST | None) -> torch.nn.Module | None:
        """A module of the model in whose class this code is."""
        owner = self.file.around(node, ast.ClassDef) if self.file and node is not None else None
        return self.module_named(owner.name) if owner is not None else None

    @property
    def parts(self) -> list[torch.nn.Module]:
        """The model and its submodules."""
        return list(self.model.module.modules()) if self.model is not None else []

    def code_of_model(self) -> Iterator[tuple[UserFile, ast.AST]]:
        """The classes of the model and its submodules, then everything in their files."""
        for part in self.parts:
            yield from user_classes(type(part))
        for file in user_files(self.model):
            yield file, file.tree

    def resolved(self, name: str) -> Any:
        """The value of a global name in the user's file; None if it is unknown."""
        return next(iter(loaded_values(self.file, name)), None) if self.file is not None else None


def frames_of(text: str) -> tuple[str, list[Frame]]:
    """Splits a message: the text before the first place, and the places."""
    message: list[str] = []
    frames: list[Frame] = []
    block: list[str] | None = None
    header = ("", 0)
    for line in [*text.splitlines(), 'File "-", line 0']:
        found = _FILE.match(line)
        if found or _CALLED.match(line) or _USED.match(line):
            if block is not None:
                frames.append(_frame(*header, block))
            block = [] if found else None
            header = (found[1], int(found[2])) if found else header
            if found and not frames and " at " in line.split("File")[0]:
                message.append(line.split("File")[0].strip().removesuffix(" at"))
        elif block is not None:
            block.append(line)
        elif not frames:
            message.append(line)
    return "\n".join(message).strip(), frames


def _frame(file: str, line: int, block: list[str]) -> Frame:
    for position, text in enumerate(block):
        mark = _MARK.match(text)
        if mark and position and text.replace("<--- HERE", "").strip(" ~") == "":
            return Frame(file, line, block[position - 1], len(mark[1]), len(mark[2]))
    return Frame(file, line, "", 0, 0)


def refusal_of(error: BaseException, model: LoadedModel | None) -> Refusal:
    message, frames = frames_of(str(error))
    refusal = Refusal(model, message or type(error).__name__, frames)
    refusal.functions, refusal.modules = _being_compiled(error)
    for frame in frames:
        file, column = _users(frame, refusal)
        if file is not None:
            refusal.file, refusal.line = file, frame.line
            refusal.node = file.at(frame.line, column, frame.length) if frame.shown else None
            break
        refusal.in_library = refusal.in_library or frame
    if refusal.file is None:
        named = re.search(r"(/\S+\.py):(\d+)$", message)
        file = user_file(named[1]) if named and is_user_file(named[1]) else None
        if named and file is not None:
            refusal.file, refusal.line = file, int(named[2])
    return refusal


def _being_compiled(error: BaseException) -> tuple[list[Any], list[torch.nn.Module]]:
    """The functions and modules in the frames of torch's compiler."""
    functions: list[Any] = []
    modules: list[torch.nn.Module] = []
    for value in _compiler_values(error):
        if isinstance(value, torch.nn.Module):
            if all(value is not known for known in modules):
                modules.append(value)
        elif isinstance(value, (FunctionType, MethodType, type)) and value not in functions:
            functions.append(value)
    return functions, modules


def _compiler_values(error: BaseException) -> Iterator[Any]:
    """What the compiler's frames hold under the names that they have for the code to compile."""
    traceback = error.__traceback__
    while traceback is not None:
        # Only torch's frames: the locals of our own frame would hold `error`, which holds the frame.
        if is_torch_frame(traceback.tb_frame.f_code.co_filename):
            values = traceback.tb_frame.f_locals
            for name in ("obj", "fn", "nn_module", "method", "hook"):
                yield values.get(name)
        traceback = traceback.tb_next


def _users(frame: Frame, refusal: Refusal) -> tuple[UserFile | None, int]:
    """The user's file that contains a place, and the column in its line.

    For a decorated function torch names the file of the decorator and the line of the function.
    """
    candidates = [user_file(frame.file)] if is_user_file(frame.file) else []
    if frame.shown and not _holds(user_file(frame.file), frame):
        candidates = list(_files(refusal.model))
    for file in candidates:
        if file is not None and (not frame.shown or _holds(file, frame)):
            text = file.line(frame.line)
            return file, frame.column + text.find(text.strip()) - frame.shown.find(frame.shown.strip())
    return None, 0


def _holds(file: UserFile | None, frame: Frame) -> bool:
    return file is not None and file.line(frame.line).strip() == frame.shown.strip()


def _files(model: LoadedModel | None) -> Iterator[UserFile]:
    if model is None:
        return
    seen = set()
    things: list[Any] = [model.function] if model.function is not None else []
    kinds = dict.fromkeys(type(part) for part in model.module.modules())
    things += dict.fromkeys(base for kind in kinds for base in kind.__mro__)
    for thing in things:
        file = file_of(thing)
        if file is not None and file.path not in seen:
            seen.add(file.path)
            yield file


def user_files(model: LoadedModel | None) -> list[UserFile]:
    """The files that define the model's classes."""
    return list(_files(model))


def user_nodes(model: LoadedModel | None, kind: type[Node]) -> Iterator[tuple[UserFile, Node]]:
    """All syntax nodes of a kind in these files."""
    for file in user_files(model):
        for node in ast.walk(file.tree):
            if isinstance(node, kind):
                yield file, node


def cleaned(text: str) -> str:
    """torch's message without the places in its own code and the call stack above the user's."""
    kept: list[str] = []
    block: list[str] = []
    users = True
    for line in [*text.strip("\n").splitlines(), 'File "-", line 0']:
        found = _FILE.match(line)
        if found or _CALLED.match(line):
            kept += block if users else []
            block, users = [], True if not found else is_user_file(found[1])
        block.append(re.sub(r" \(of Python compilation unit at: 0x\w+\)", "", line))
    return "\n".join(line for line in kept if line.strip())
