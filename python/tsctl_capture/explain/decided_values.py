"""What a decision of a trace depends on, found by following the traced graph back from the decided value.

A trace decides where Python turns a tensor into a bool, a number or a length. A decision that depends on sizes only is
covered by the probes of other sizes, one that depends on weights and constants is harmless. A decision that depends on
the values of an input is the example's: other values may need another one.
"""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch.jit import _builtins

from ..errors import users_line
from ..model.global_variables import global_variables_with
from ..vocabulary import DecidedBy, NoticeCode
from .graph_reading import nodes_of
from .trace_advice import is_handled_here

# They stand beside the positions of inputs in a Cause.
_SIZES = "sizes"
_RANDOM = "random"
Cause = frozenset[Any]
_NOTHING: Cause = frozenset()

# Operators whose output depends on the sizes of their first argument, not on its values.
_READS_SIZE = {
    "aten::size", "aten::sym_size", "aten::numel", "aten::sym_numel", "aten::len", "aten::dim", "aten::stride",
    "prim::shape", "prim::device", "prim::dtype", "aten::is_floating_point", "aten::is_complex",
    "aten::zeros_like", "aten::ones_like", "aten::empty_like", "aten::full_like", "aten::rand_like",
    "aten::randn_like", "aten::new_zeros", "aten::new_ones", "aten::new_empty", "aten::new_full",
}  # fmt: skip
# Operators that draw random numbers; dropout does with train=True only.
_DRAWS = {
    "aten::rand", "aten::randn", "aten::randint", "aten::randperm", "aten::rand_like", "aten::randn_like",
    "aten::randint_like", "aten::bernoulli", "aten::bernoulli_", "aten::multinomial", "aten::normal", "aten::normal_",
    "aten::uniform_", "aten::random_", "aten::exponential_", "aten::poisson",
}  # fmt: skip
# Operators whose output has a size that depends on the values of their arguments; with others of libraries.
_SIZED_BY_VALUES = {
    "aten::nonzero", "aten::nonzero_numpy", "aten::masked_select", "aten::bincount", "aten::repeat_interleave",
    "aten::one_hot", "aten::_unique", "aten::_unique2", "aten::unique_dim", "aten::unique_consecutive",
    "aten::argwhere", "aten::histc", "aten::_pack_padded_sequence", "aten::_pad_packed_sequence",
}  # fmt: skip
# Operators with these beginnings have outputs whose sizes follow from the sizes of their arguments.
_SIZED_LIKE_INPUTS = (
    "aten::", "prim::", "quantized::", "_quantized::", "mkldnn::", "mkl::", "onednn::", "torchvision::roi_align",
    "torchvision::roi_pool", "torchvision::ps_roi", "torchvision::deform_conv2d",
)  # fmt: skip
_MASKS = ("aten::index", "aten::index_put", "aten::index_put_")
_COMPARISONS = ("aten::gt", "aten::ge", "aten::lt", "aten::le", "aten::eq", "aten::ne")
_REMAINDERS = ("aten::remainder", "aten::fmod")
# Nodes that only convert a number, and those that compute one from a size and a constant: the size from the number.
_CONVERTED = {
    "prim::NumToTensor",
    "aten::Int",
    "aten::ScalarImplicit",
    "aten::IntImplicit",
    "aten::to",
    "aten::detach",
}
_UNDONE: dict[str, Callable[[float, float], float]] = {
    "aten::floor_divide": operator.mul, "aten::div": operator.mul, "aten::add": operator.sub,
    "aten::sub": operator.add, "aten::mul": lambda number, factor: number // factor if factor else number,
}  # fmt: skip
_MULTIPLES = (1, 2, 4, 8)  # sizes that are tried if a model looks at the remainder of a size
_CONSTANT = ("prim::Constant", "prim::GetAttr", "prim::TracedAttr", "prim::TracedModuleForward")
# The conversions of a tensor that torch warns of, and the code of its warning.
_CONVERSIONS = {
    "__bool__": NoticeCode.BRANCH_DECIDED, "__int__": NoticeCode.VALUE_BAKED_IN, "__float__": NoticeCode.VALUE_BAKED_IN,
    "__index__": NoticeCode.VALUE_BAKED_IN, "__complex__": NoticeCode.VALUE_BAKED_IN, "item": NoticeCode.VALUE_BAKED_IN,
    "tolist": NoticeCode.VALUE_BAKED_IN, "numpy": NoticeCode.VALUE_BAKED_IN, "__array__": NoticeCode.VALUE_BAKED_IN,
    "is_nonzero": NoticeCode.BRANCH_DECIDED, "equal": NoticeCode.BRANCH_DECIDED, "allclose": NoticeCode.BRANCH_DECIDED,
    "__len__": NoticeCode.LENGTH_TAKEN, "__iter__": NoticeCode.LENGTH_TAKEN,
    "_nnz": NoticeCode.VALUE_BAKED_IN, "storage": NoticeCode.VALUE_BAKED_IN, "__dlpack__": NoticeCode.VALUE_BAKED_IN,
}  # fmt: skip
# nn.TransformerEncoder's, which looks at its second argument, the padding mask.
_MASK_CHECK = "_nested_tensor_from_mask_left_aligned"
# Functions that do the same; torch warns of no comparison.
_FUNCTIONS = {
    "tensor": NoticeCode.CONSTANT_TENSOR, "as_tensor": NoticeCode.CONSTANT_TENSOR,
    "asarray": NoticeCode.CONSTANT_TENSOR,
    "equal": NoticeCode.BRANCH_DECIDED, "allclose": NoticeCode.BRANCH_DECIDED, "is_nonzero": NoticeCode.BRANCH_DECIDED,
    _MASK_CHECK: NoticeCode.BRANCH_DECIDED,
}  # fmt: skip
_SILENT = {"equal", "allclose", "is_nonzero", _MASK_CHECK}


@dataclass
class Decision:
    """One line at which the trace decided, with the positions of the inputs whose values it depends on."""

    code: NoticeCode
    file: str
    number: int
    by: DecidedBy = DecidedBy.CONSTANTS
    inputs: set[int] = field(default_factory=set)
    silent: bool = False  # torch does not warn of it
    handled: bool = False  # an exception at the line does not leave the model
    compared_with: list[float] = field(default_factory=list)  # see _compared_with


@dataclass
class Decisions:
    """The decisions of one trace, by kind and line."""

    found: dict[tuple[NoticeCode, str, int], Decision] = field(default_factory=dict)

    def of(self, code: NoticeCode, file: str, number: int) -> Decision | None:
        return self.found.get((code, file, number))

    def note(self, code: NoticeCode, cause: Cause, silent: bool, compared_with: Sequence[float]) -> None:
        file, number = users_line()
        decision = self.found.setdefault((code, file, number), Decision(code, file, number, silent=silent))
        decision.silent = decision.silent and silent
        decision.handled = decision.handled or is_handled_here()
        decision.compared_with += compared_with
        decision.inputs |= {part for part in cause if part not in (_SIZES, _RANDOM)}
        if decision.inputs or _RANDOM in cause:
            decision.by = DecidedBy.VALUES
        elif _SIZES in cause and decision.by != DecidedBy.VALUES:
            decision.by = DecidedBy.SIZES


@dataclass
class _Source:
    """What the values, and what the sizes, of one tensor depend on."""

    values: Cause = _NOTHING
    sizes: Cause = _NOTHING


class _Follower:
    """Reads a graph that is being traced, each node once and in the order of the calls."""

    def __init__(self, graph: Any) -> None:
        self._graph = graph
        self._read = 0
        self._sources: dict[int, _Source] = {}
        self._storage: dict[int, int] = {}  # of a view: the value that it shares memory with
        self._written: dict[int, Cause] = {}  # by the value that owns the memory
        inputs = [value for value in graph.inputs() if not str(value.type()).startswith("__torch__")]
        for position, value in enumerate(inputs):
            self._sources[value.unique()] = _Source(frozenset([position]), frozenset([_SIZES]))

    def source_of(self, value: Any) -> _Source:
        nodes = itertools.islice(nodes_of(self._graph), self._read, None)
        for node in nodes:
            self._follow(node)
            self._read += 1
        return self._now(value)

    def _owner(self, unique: int) -> int:
        while unique in self._storage:
            unique = self._storage[unique]
        return unique

    def _now(self, value: Any) -> _Source:
        source = self._sources.get(value.unique(), _Source())
        written = self._written.get(self._owner(value.unique()))
        return _Source(source.values | written, source.sizes) if written else source

    def _follow(self, node: Any) -> None:
        kind = node.kind()
        if kind in _CONSTANT:
            return
        inputs = list(node.inputs())
        sources = [self._now(value) for value in inputs]
        tensors = [_is_tensor(value) for value in inputs]
        numbers = _joined(
            source.values for source, tensor in zip(sources, tensors, strict=True) if not tensor
        )
        every = _joined(source.values for source in sources)
        sizes = _joined(source.sizes for source in sources)
        if kind in _READS_SIZE:
            values = sources[0].sizes | _joined(source.values for source in sources[1:])
            made = _Source(values, sources[0].sizes | numbers)
        elif _is_sized_by_values(kind, inputs):
            made = _Source(every | sizes, every | sizes)
        else:
            made = _Source(every | sizes, sizes | numbers)
        if kind in _DRAWS or (kind == "aten::dropout" and inputs[2].toIValue()):
            made.values |= {_RANDOM}
        for output in node.outputs():
            self._sources[output.unique()] = made
        if kind.startswith("aten::") or kind == "prim::ListUnpack":
            self._share(node, kind, inputs, made.values)

    def _share(self, node: Any, kind: str, inputs: list[Any], values: Cause) -> None:
        """Notes which outputs are views of an input, and what is written into an input."""
        writes, views = ((), (0,)) if kind == "prim::ListUnpack" else _aliases(node.schema())
        for position in (*writes, *views):
            if position < len(inputs):
                owner = self._owner(inputs[position].unique())
                for output in node.outputs():
                    if output.unique() != owner:
                        self._storage[output.unique()] = owner
                if position in writes:
                    self._written[owner] = self._written.get(owner, _NOTHING) | values


def _joined(causes: Iterator[Cause]) -> Cause:
    return _NOTHING.union(*causes)


def _is_tensor(value: Any) -> bool:
    return "Tensor" in str(value.type())


def _is_sized_by_values(kind: str, inputs: list[Any]) -> bool:
    if kind in _MASKS:
        return any(_has_mask(value) for value in inputs[1:2])
    known = kind.startswith(_SIZED_LIKE_INPUTS) and not kind.startswith("prim::Call")
    return kind in _SIZED_BY_VALUES or not known


def _has_mask(indices: Any) -> bool:
    """Whether a tensor of bools is among the indices; without a known dtype it may be one."""
    for value in indices.node().inputs():
        kind = value.type()
        if kind.kind() == "TensorType" and kind.dtype() in (None, torch.bool, torch.uint8):
            return True
    return False


@functools.lru_cache(maxsize=1024)
def _aliases(schema: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The positions of the arguments that an operator writes to, and of those that an output is a view of."""
    if schema == "(no schema)":
        return (), ()
    arguments = torch._C.parse_schema(schema).arguments
    infos = [(position, argument.alias_info) for position, argument in enumerate(arguments)]
    writes = tuple(position for position, info in infos if info is not None and info.is_write)
    return writes, tuple(position for position, info in infos if info is not None and not info.is_write)


class _Watch:
    """Finds the cause of each conversion in the trace that is running."""

    def __init__(self, decisions: Decisions) -> None:
        self._decisions = decisions
        self._state: Any = None
        self._follower: _Follower | None = None

    def note(self, name: str, code: NoticeCode, arguments: tuple[Any, ...]) -> None:
        state: Any = torch._C._get_tracing_state()
        if state is None:
            return
        if self._follower is None or self._state is not state:
            self._state, self._follower = state, _Follower(state.graph())
        cause, compared_with = _NOTHING, []
        for tensor in _tensors_in(arguments[1:] if name == _MASK_CHECK else arguments):
            cause |= self._cause_of(tensor, code == NoticeCode.LENGTH_TAKEN)
            compared_with += _compared_with(tensor)
        self._decisions.note(code, cause, name in _SILENT, compared_with)

    def _cause_of(self, tensor: torch.Tensor, length: bool) -> Cause:
        try:
            value = torch._C._get_value_trace(tensor)  # type: ignore[attr-defined]
        except RuntimeError:
            return _NOTHING  # a tensor that the graph does not have: a constant with a gradient
        source = self._follower.source_of(value)  # type: ignore[union-attr]
        return source.sizes if length else source.values | source.sizes


def _compared_with(tensor: torch.Tensor) -> list[float]:
    """The numbers at which a decision about a size changes: the constants of a comparison, or of a remainder."""
    try:
        node = torch._C._get_value_trace(tensor).node()  # type: ignore[attr-defined]
    except RuntimeError:
        return []
    if node.kind() not in _COMPARISONS:
        return _sizes_for(node, 0)
    held = list(node.inputs())
    constants = [number for number in map(_constant, held) if number is not None]
    return constants + [
        size
        for number in constants
        for value in held
        if _constant(value) is None
        for size in _sizes_for(value.node(), number)
    ]


def _sizes_for(node: Any, number: float) -> list[float]:
    """The sizes for which arithmetic with constants gives the number; for a remainder some multiples."""
    while True:
        inputs = list(node.inputs())
        if node.kind() in _CONVERTED and inputs:
            node = inputs[0].node()
            continue
        constant = _constant(inputs[1]) if len(inputs) > 1 else None
        if constant is None:
            return [number]
        if node.kind() in _REMAINDERS:
            return [constant * factor + number for factor in _MULTIPLES]
        if node.kind() not in _UNDONE:
            return [number]
        number = _UNDONE[node.kind()](number, constant)
        node = inputs[0].node()


def _constant(value: Any) -> float | None:
    """The number of a constant of the graph."""
    if value.node().kind() != "prim::Constant":
        return None
    held = value.toIValue()
    plain = held.item() if isinstance(held, torch.Tensor) and held.numel() == 1 else held
    return plain if isinstance(plain, (int, float)) else None


def _tensors_in(value: Any) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _tensors_in(item)


@contextmanager
def watched_decisions() -> Iterator[Decisions]:
    """Collects the decisions of the traces that run inside."""
    decisions = Decisions()
    watch = _Watch(decisions)
    own = vars(torch.Tensor)
    replaced = {name: own[name] for name in _CONVERSIONS if name in own}
    functions = {name: getattr(torch, name) for name in _FUNCTIONS if hasattr(torch, name)}
    builtins = _builtins._get_builtin_table()  # the compiler knows torch's functions by their identity
    watched = {
        name: _watched(function, name, _FUNCTIONS[name], watch) for name, function in functions.items()
    }
    imported = list(global_variables_with(functions))
    try:
        for name, code in _CONVERSIONS.items():
            setattr(torch.Tensor, name, _watched(getattr(torch.Tensor, name), name, code, watch))
        for name, function in watched.items():
            operator = builtins.get(id(functions[name]))
            if operator is not None:
                builtins[id(function)] = operator
            setattr(torch, name, function)
        for space, key, name in imported:
            space[key] = watched[name]
        with _recorded_data():
            yield decisions
    finally:
        for function in watched.values():
            builtins.pop(id(function), None)
        for name in _CONVERSIONS:
            if name in replaced:
                setattr(torch.Tensor, name, replaced[name])
            else:
                delattr(torch.Tensor, name)
        for name, function in functions.items():
            setattr(torch, name, function)
        for space, key, name in imported:
            space[key] = functions[name]


@contextmanager
def _recorded_data() -> Iterator[None]:
    """In a trace x.data is x.detach(): the graph has no record of x.data, whose values would be constants."""
    plain: Any = torch._C.TensorBase.data

    def read(tensor: torch.Tensor) -> torch.Tensor:
        if torch._C._get_tracing_state() is not None:
            return tensor.detach()
        return plain.__get__(tensor)

    torch.Tensor.data = property(read, plain.__set__)  # type: ignore[assignment]
    try:
        yield
    finally:
        del torch.Tensor.data


def _watched(function: Callable[..., Any], name: str, code: NoticeCode, watch: _Watch) -> Callable[..., Any]:
    @functools.wraps(function, assigned=("__name__", "__doc__"), updated=())
    def call(*arguments: Any, **named: Any) -> Any:
        if torch._C._get_tracing_state() is not None:
            watch.note(name, code, arguments)
        return function(*arguments, **named)

    return call
