"""What torch's tracer turns into constants without a warning: devices, dtypes and sizes of the example."""

from __future__ import annotations

import ast
import functools
import linecache
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import torch

from ..errors import is_own_frame, is_torch_frame, place_text
from ..model.dtypes import name_from_number
from ..vocabulary import ConstantKind, ConstantOrigin
from .syntax_tree import syntax_nodes

_FRAME = re.compile(r"^(?P<file>.+)\((?P<line>\d+)\): \S+$")
_LONGEST_LINE = 100
# Code that takes a device, or a dtype, from a tensor.
_TAKES_DEVICE = re.compile(r"\.device\b|\.get_device\(|\btype_as\(|_like\(|\.new_\w+\(|\.to\(\s*\w+\s*\)")
_TAKES_DTYPE = re.compile(r"\.dtype\b|\btype_as\(|_like\(|\.new_\w+\(|\.to\(\s*\w+\s*\)")


@dataclass(frozen=True)
class Place:
    """A line of the user's code, or of a library that is not torch."""

    file: str = ""
    number: int = 0

    @property
    def text(self) -> str:
        return place_text(self.file, self.number)

    @property
    def line(self) -> str:
        """The statement that stands there, on one line."""
        text = " ".join(statement_at(self).split())
        return text if len(text) <= _LONGEST_LINE else text[: _LONGEST_LINE - 1] + "…"


@dataclass(frozen=True)
class BakedConstant:
    """The members of core's BakedConstant; `origin` is its `from`, which is a keyword of Python."""

    kind: ConstantKind
    value: str
    op: str
    place: str
    source_line: str
    origin: ConstantOrigin

    def as_dict(self) -> dict[str, str]:
        members = asdict(self)
        members["from"] = members.pop("origin")
        return members


def place_of(node: Any) -> Place:
    """The innermost frame of a traced node outside torch and tsctl."""
    for text in node.sourceRange().splitlines():
        frame = _FRAME.match(text)
        if frame is None:
            continue
        file = frame["file"]
        if not is_torch_frame(file) and not is_own_frame(file) and not file.startswith("<"):
            return Place(file, int(frame["line"]))
    return Place()


def nodes_of(graph: Any) -> Iterator[Any]:
    """Every node; the nodes of inner blocks follow the node that holds them."""
    for node in graph.nodes():
        yield node
        for block in node.blocks():
            yield from nodes_of(block)


def whole_graph(module: torch.jit.ScriptModule) -> Any:
    """The inlined graph without the executor's simplifications, so that every reader gets the same one."""
    with torch.jit.optimized_execution(False):
        graph = module.inlined_graph
        torch._C._jit_pass_inline(graph)  # inlined_graph leaves the calls of traced submodules
    return graph


def baked_constants(module: torch.jit.ScriptModule) -> list[BakedConstant]:
    """Devices and dtypes that are constants of a trace's graph, each once for a line of code."""
    found: dict[BakedConstant, None] = {}
    for node in nodes_of(whole_graph(module)):
        if node.kind() != "prim::Constant":
            continue
        for use in node.output().uses():
            baked = _baked(node, use)
            if baked is not None:
                found[baked] = None
    return list(found)


def _baked(constant: Any, use: Any) -> BakedConstant | None:
    kind = _kind_of(constant, use)
    if kind is None:
        return None
    place = place_of(use.user)
    statement = statement_at(place)
    takes = _TAKES_DEVICE if kind == ConstantKind.DEVICE else _TAKES_DTYPE
    from_tensor = takes.search(statement) or use.user.kind().endswith("_like")
    origin = ConstantOrigin.TENSOR if from_tensor else ConstantOrigin.CODE
    value = constant.output().toIValue()
    text = str(value) if kind == ConstantKind.DEVICE else name_from_number(value)
    return BakedConstant(kind, text, use.user.kind(), place.text, place.line, origin)


def _kind_of(constant: Any, use: Any) -> ConstantKind | None:
    type_text = str(constant.output().type())
    if type_text == "Device":
        return ConstantKind.DEVICE
    if type_text != "int" or not use.user.kind().startswith("aten::"):
        return None
    return ConstantKind.DTYPE if _argument_name(use) == "dtype" else None


def _argument_name(use: Any) -> str:
    names = _argument_names(use.user.schema())
    return names[use.offset] if use.offset < len(names) else ""


@functools.lru_cache(maxsize=1024)
def _argument_names(schema: str) -> list[str]:
    """The argument names of an operator; cached because a graph calls few operators many times."""
    return [] if schema == "(no schema)" else [item.name for item in torch._C.parse_schema(schema).arguments]


@functools.lru_cache(maxsize=64)
def _statements(file: str) -> list[tuple[int, int]]:
    """First and last line of each simple statement and of each header, the shortest first."""
    spans = []
    for node in syntax_nodes(file):
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            last = body[0].lineno - 1 if isinstance(body, list) and body else node.end_lineno or node.lineno
            spans.append((node.lineno, max(node.lineno, last)))
    return sorted(spans, key=lambda span: span[1] - span[0])


def statement_at(place: Place) -> str:
    """The whole statement that the line belongs to, which may run over several lines."""
    if not place.file:
        return ""
    for first, last in _statements(place.file):
        if first <= place.number <= last:
            return "".join(linecache.getlines(place.file)[first - 1 : last])
    return linecache.getline(place.file, place.number)


def first_difference(one: torch.jit.ScriptModule, other: torch.jit.ScriptModule) -> Place:
    """The place at which two traces of a model first differ in a constant or an operator.

    Traces of examples of different sizes differ where the size became a constant or a number of loop rounds.
    They do not differ where the graph reads the size from its input.
    """
    left, right = list(nodes_of(whole_graph(one))), list(nodes_of(whole_graph(other)))
    before = Place()
    for mine, theirs in zip(left, right, strict=False):
        here, there = place_of(mine), place_of(theirs)
        if mine.kind() != theirs.kind() or here != there:
            # The longer trace makes one more round of a loop; the other has left the loop.
            return there if there == before and there.file else _place_with_users(mine)
        if not _same_constant(mine, theirs):
            return _place_with_users(mine)
        before = here if here.file else before
    if len(left) != len(right):
        longer = left if len(left) > len(right) else right
        return _place_with_users(longer[min(len(left), len(right))])
    return Place()


def is_same_graph(one: torch.jit.ScriptModule, other: torch.jit.ScriptModule) -> bool:
    """Whether two traces of a model have the same operators and constants."""
    left, right = list(nodes_of(whole_graph(one))), list(nodes_of(whole_graph(other)))
    return len(left) == len(right) and all(
        mine.kind() == theirs.kind() and _same_constant(mine, theirs)
        for mine, theirs in zip(left, right, strict=True)
    )


def _same_constant(mine: Any, theirs: Any) -> bool:
    """Whether two nodes have the same constant, or take the same attribute; other nodes have neither."""
    if mine.kind() == "prim::GetAttr":
        return bool(mine.s("name") == theirs.s("name"))
    if mine.kind() != "prim::Constant":
        return True
    left, right = mine.output().toIValue(), theirs.output().toIValue()
    if isinstance(left, torch.Tensor) and isinstance(right, torch.Tensor):
        if left.shape != right.shape or left.dtype != right.dtype:
            return False
        return bool(torch.equal(left, right)) or bool(
            ((left == right) | ((left != left) & (right != right))).all()
        )
    return type(left) is type(right) and (left == right or (left != left and right != right))


def _place_with_users(node: Any) -> Place:
    place = place_of(node)
    if place.file:
        return place
    for output in node.outputs():
        for use in output.uses():
            place = place_of(use.user)
            if place.file:
                return place
    return Place()
