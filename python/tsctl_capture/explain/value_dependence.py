"""What each value of a traced graph depends on: the values of inputs, sizes, and random numbers.

The analysis reads the nodes in the order of the calls. By default the values of an operator's output depend on all
that its inputs depend on, and its sizes on the sizes of its inputs and on its arguments that are no tensors. The
tables below list the operators with another rule. A write into a view is a write into the tensor that owns the memory.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch

from .graph_reading import nodes_of

# The positions of the inputs whose values something depends on, and these two.
SIZES = "sizes"
RANDOM = "random"
Dependence = frozenset[Any]
NOTHING: Dependence = frozenset()

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
# Operators whose output has a size that depends on the values of their arguments.
_SIZED_BY_VALUES = {
    "aten::nonzero", "aten::nonzero_numpy", "aten::masked_select", "aten::bincount", "aten::repeat_interleave",
    "aten::one_hot", "aten::_unique", "aten::_unique2", "aten::unique_dim", "aten::unique_consecutive",
    "aten::argwhere", "aten::histc", "aten::_pack_padded_sequence", "aten::_pad_packed_sequence",
}  # fmt: skip
# Other operators with these beginnings have outputs whose sizes follow from the sizes of their arguments. Nothing is
# known of the operators of libraries, so the sizes of their outputs count as depending on values.
_SIZED_LIKE_INPUTS = (
    "aten::", "prim::", "quantized::", "_quantized::", "mkldnn::", "mkl::", "onednn::", "torchvision::roi_align",
    "torchvision::roi_pool", "torchvision::ps_roi", "torchvision::deform_conv2d",
)  # fmt: skip
# Operators whose output has a size that depends on values if their index is a mask.
_INDEXING = ("aten::index", "aten::index_put", "aten::index_put_")
_CONSTANT = ("prim::Constant", "prim::GetAttr", "prim::TracedAttr", "prim::TracedModuleForward")


@dataclass
class TensorDependence:
    """What the values, and what the sizes, of one tensor depend on."""

    values: Dependence = NOTHING
    sizes: Dependence = NOTHING


class DependenceAnalysis:
    """Reads a graph that is being traced, each node once; a question reads the nodes that are new since the last."""

    def __init__(self, graph: Any) -> None:
        self._graph = graph
        self._nodes_read = 0
        # By the unique number of a value in the graph.
        self._computed: dict[int, TensorDependence] = {}
        self._memory_of: dict[int, int] = {}  # of a view: the value that it shares memory with
        self._written: dict[int, Dependence] = {}  # into the memory of a value, after it was computed
        inputs = [value for value in graph.inputs() if not str(value.type()).startswith("__torch__")]
        for position, value in enumerate(inputs):
            self._computed[value.unique()] = TensorDependence(frozenset([position]), frozenset([SIZES]))

    def of(self, value: Any) -> TensorDependence:
        """What the value depends on now: later writes may add to it."""
        for node in itertools.islice(nodes_of(self._graph), self._nodes_read, None):
            self._read(node)
            self._nodes_read += 1
        return self._known(value)

    def _known(self, value: Any) -> TensorDependence:
        computed = self._computed.get(value.unique(), TensorDependence())
        written = self._written.get(self._owner(value.unique()))
        return TensorDependence(computed.values | written, computed.sizes) if written else computed

    def _owner(self, unique: int) -> int:
        """The value that owns the memory of a view; any other value owns its own."""
        while unique in self._memory_of:
            unique = self._memory_of[unique]
        return unique

    def _read(self, node: Any) -> None:
        if node.kind() in _CONSTANT:
            return
        inputs = list(node.inputs())
        output = _output_dependence(node, inputs, [self._known(value) for value in inputs])
        for value in node.outputs():
            self._computed[value.unique()] = output
        self._note_aliases(node, inputs, output.values)

    def _note_aliases(self, node: Any, inputs: list[Any], values: Dependence) -> None:
        """Notes which outputs are views of an input, and what is written into an input."""
        writes, views = _aliased_arguments(node)
        for position in (*writes, *views):
            if position >= len(inputs):
                continue
            owner = self._owner(inputs[position].unique())
            for output in node.outputs():
                if output.unique() != owner:
                    self._memory_of[output.unique()] = owner
            if position in writes:
                self._written[owner] = self._written.get(owner, NOTHING) | values


def _output_dependence(node: Any, inputs: list[Any], dependences: list[TensorDependence]) -> TensorDependence:
    """What the outputs of one operator depend on, by what its inputs depend on."""
    kind = node.kind()
    values = _joined(one.values for one in dependences)
    sizes = _joined(one.sizes for one in dependences)
    # Arguments that are no tensors, such as the length in torch.zeros(length).
    numbers = _joined(
        one.values for value, one in zip(inputs, dependences, strict=True) if not _is_tensor(value)
    )
    if kind in _READS_SIZE:
        first, *others = dependences
        output = TensorDependence(first.sizes | _joined(one.values for one in others), first.sizes | numbers)
    elif _is_sized_by_values(kind, inputs):
        output = TensorDependence(values | sizes, values | sizes)
    else:
        output = TensorDependence(values | sizes, sizes | numbers)
    if kind in _DRAWS or (kind == "aten::dropout" and inputs[2].toIValue()):
        output.values |= {RANDOM}
    return output


def _joined(dependences: Iterable[Dependence]) -> Dependence:
    return NOTHING.union(*dependences)


def _is_tensor(value: Any) -> bool:
    return "Tensor" in str(value.type())


def _is_sized_by_values(kind: str, inputs: list[Any]) -> bool:
    if kind in _INDEXING:
        return any(_has_mask(value) for value in inputs[1:2])
    is_known = kind.startswith(_SIZED_LIKE_INPUTS) and not kind.startswith("prim::Call")
    return kind in _SIZED_BY_VALUES or not is_known


def _has_mask(indices: Any) -> bool:
    """Whether a tensor of bools is among the indices; without a known dtype it may be one."""
    for value in indices.node().inputs():
        index = value.type()
        if index.kind() == "TensorType" and index.dtype() in (None, torch.bool, torch.uint8):
            return True
    return False


Positions = tuple[int, ...]


def _aliased_arguments(node: Any) -> tuple[Positions, Positions]:
    """The positions of the arguments that an operator writes to, and of those that an output is a view of."""
    if node.kind() == "prim::ListUnpack":
        return (), (0,)
    return _aliases(node.schema()) if node.kind().startswith("aten::") else ((), ())


@functools.lru_cache(maxsize=1024)
def _aliases(schema: str) -> tuple[Positions, Positions]:
    if schema == "(no schema)":
        return (), ()
    arguments = torch._C.parse_schema(schema).arguments
    infos = [(position, argument.alias_info) for position, argument in enumerate(arguments)]
    writes = tuple(position for position, info in infos if info is not None and info.is_write)
    return writes, tuple(position for position, info in infos if info is not None and not info.is_write)
