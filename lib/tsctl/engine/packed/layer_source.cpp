#include "tsctl/engine/packed/layer_source.h"

#include <string_view>
#include <utility>

namespace tsctl::packed {

namespace {

// How an activation is written. oneDNN applies those that it has a name for while it writes the result. Its relu turns
// NaN into 0, so relu is an operator of its own.
struct ActivationText {
  std::string_view suffix = {};       // of the class's name
  std::string_view onednn_name = {};  // the post-op
  std::string_view algorithm = {};
  std::string_view after_plain = {};  // what remains to be applied to `y`
  std::string_view after_onednn = {};
};

ActivationText text_of(Activation activation) {
  switch (activation) {
    case Activation::none:
      return {"", "none", "", "y", "y"};
    case Activation::relu:
      return {"_relu", "none", "", "torch.relu_(y)", "torch.relu_(y)"};
    case Activation::gelu:
      return {"_gelu", "gelu", "none", "torch.gelu(y)", "y"};
    case Activation::gelu_tanh:
      return {"_gelu_tanh", "gelu", "tanh", "torch.gelu(y, approximate=\"tanh\")", "y"};
    case Activation::silu:
      return {"_silu", "swish", "", "torch.silu_(y)", "y"};
    case Activation::hardswish:
      return {"_hardswish", "hardswish", "", "torch.hardswish_(y)", "y"};
    case Activation::sigmoid:
      return {"_sigmoid", "sigmoid", "", "torch.sigmoid_(y)", "y"};
    case Activation::tanh:
      return {"_tanh", "tanh", "", "torch.tanh_(y)", "y"};
  }
  return {};
}

// What both classes share. `packed` holds weights in a kernel's own layout; it is never stored. `table` is one object
// for all layers of a file: the first layer of each size measures, the others read its choice.
//
// `mark` tells a layer from its clone, which gets copies of `packed` without a call of __setstate__, and MKL's layout
// does not survive that: two elements that lie at the same place, which a copy of the tensor keeps apart.
//
// measure() times the kernels in turn. It writes to its sample before each call and keeps the result: the compiler
// would otherwise merge equal calls and remove unused ones. Odd and even rounds are judged apart, and a kernel must
// win by 5% in both: a busy host makes them contradict each other, and then the stored choice holds. It holds too for
// what is left once the layers of the file have measured for `limit` nanoseconds.
constexpr std::string_view kShared = R"(
  def use(self: CLASS, kernel: int) -> None:
    self.packed = self.pack(kernel)
    self.kernel = kernel
    self.mark = torch.full([1], 0., dtype=6).expand([2])
    return None
  def best_of(self: CLASS, times: List[int]) -> int:
    best = 0
    for i in range(len(times)):
      if times[i] < times[best]:
        best = i
    return best
  def measure(self: CLASS) -> int:
    packs = annotate(List[List[Tensor]], [])
    odd = annotate(List[int], [])
    even = annotate(List[int], [])
    stored = 0
    for i in range(len(self.kernels)):
      packs.append(self.pack(self.kernels[i]))
      odd.append(9223372036854775807)
      even.append(9223372036854775807)
      if self.kernels[i] == self.stored:
        stored = i
    x = self.sample()
    begin = ops.prim.TimePoint()
    done = 0
    while done < 7 and (done < 3 or ops.prim.TimePoint() - begin < 40000000):
      for i in range(len(self.kernels)):
        self.packed = packs[i]
        self.kernel = self.kernels[i]
        x.add_(0.001)
        start = ops.prim.TimePoint()
        self.kept = [self.called(x)]
        time = ops.prim.TimePoint() - start
        if done > 0:
          if done % 2 == 1:
            if time < odd[i]:
              odd[i] = time
          else:
            if time < even[i]:
              even[i] = time
      done = done + 1
    self.kept = annotate(List[Tensor], [])
    best = self.best_of(odd)
    if best == self.best_of(even) and 20 * odd[best] < 19 * odd[stored] and 20 * even[best] < 19 * even[stored]:
      return self.kernels[best]
    return self.stored
  def tune(self: CLASS) -> None:
    self.use(0)
    if self.is_packable():
      if self.fixed:
        self.use(self.stored)
      else:
        if not self.key in self.table:
          begin = ops.prim.TimePoint()
          kernel = self.stored
          spent = 0
          if "spent" in self.table:
            spent = self.table["spent"][0]
          if spent < self.limit:
            kernel = self.measure()
          self.table[self.key] = [kernel]
          self.table["spent"] = [spent + ops.prim.TimePoint() - begin]
        self.use(self.table[self.key][0])
    return None
)";

constexpr std::string_view kLinear = R"(
class NAME(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  weight : Tensor
  bias : Optional[Tensor]
  rows : int
  least : int
  kernels : List[int]
  stored : int
  fixed : bool
  limit : int
  key : str
  table : Dict[str, List[int]]
  packed : List[Tensor]
  kept : List[Tensor]
  kernel : int
  mark : Tensor
  def plain_forward(self: CLASS, x: Tensor) -> Tensor:
    y = torch.linear(x, self.weight, self.bias)
    return AFTER_PLAIN
  def forward(self: CLASS, x: Tensor) -> Tensor:
    if len(self.packed) == 1:
      if x.numel() >= self.least and x.dtype == 6 and x.is_cpu and x.layout == 0 and x.size(-1) == self.weight.size(1) and not (x.requires_grad and torch.is_grad_enabled()):
        if self.kernel == 2:
          y = ops.mkldnn._linear_pointwise(x, self.packed[0], self.bias, "ONEDNN", [], "ALGORITHM")
          return AFTER_ONEDNN
        if self.mark.stride(0) == 0 and x.numel() == self.rows * self.weight.size(1):
          y = ops.mkl._mkl_linear(x, self.packed[0], self.weight, self.bias, self.rows)
          return AFTER_PLAIN
    return self.plain_forward(x)
  def called(self: CLASS, x: Tensor) -> Tensor:
    return self.forward(x)
  def is_packable(self: CLASS) -> bool:
    return self.weight.is_cpu and self.weight.dtype == 6
  def pack(self: CLASS, kernel: int) -> List[Tensor]:
    packed = annotate(List[Tensor], [])
    if kernel == 1:
      packed.append(ops.mkl._mkl_reorder_linear_weight(self.weight, self.rows))
    if kernel == 2:
      packed.append(ops.mkldnn._reorder_linear_weight(self.weight, self.rows))
    return packed
  def sample(self: CLASS) -> Tensor:
    return torch.full([self.rows, self.weight.size(1)], 0.5, dtype=6)
  def __getstate__(self: CLASS) -> Tuple[Tensor, Optional[Tensor], int, int, List[int], int, bool, int, str, Dict[str, List[int]], bool]:
    self.table.clear()
    return (self.weight, self.bias, self.rows, self.least, self.kernels, self.stored, self.fixed, self.limit, self.key, self.table, self.training)
  def __setstate__(self: CLASS, state: Tuple[Tensor, Optional[Tensor], int, int, List[int], int, bool, int, str, Dict[str, List[int]], bool]) -> None:
    self.weight = state[0]
    self.bias = state[1]
    self.rows = state[2]
    self.least = state[3]
    self.kernels = state[4]
    self.stored = state[5]
    self.fixed = state[6]
    self.limit = state[7]
    self.key = state[8]
    self.table = state[9]
    self.training = state[10]
    self.packed = annotate(List[Tensor], [])
    self.kept = annotate(List[Tensor], [])
    self.kernel = 0
    self.tune()
    return None
)";

constexpr std::string_view kConv = R"(
class NAME(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  weight : Tensor
  bias : Optional[Tensor]
  stride : List[int]
  padding : List[int]
  dilation : List[int]
  groups : int
  adds_in_place : bool
  sizes : List[List[int]]
  results : List[List[int]]
  kernels : List[int]
  stored : int
  fixed : bool
  limit : int
  key : str
  table : Dict[str, List[int]]
  packed : List[Tensor]
  kept : List[Tensor]
  kernel : int
  mark : Tensor
  def convolved(self: CLASS, x: Tensor) -> Tensor:
    return torch.conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)
  def plain_forward(self: CLASS, x: Tensor) -> Tensor:
    y = self.convolved(x)
    return AFTER_PLAIN
  def plain_add(self: CLASS, x: Tensor, other: Tensor) -> Tensor:
    y = self.convolved(x)
    if self.adds_in_place:
      y = torch.add_(y, other)
    else:
      y = torch.add(y, other)
    return AFTER_PLAIN
  def plain_add_into(self: CLASS, x: Tensor, other: Tensor) -> Tensor:
    return self.plain_add(x, other)
  def index_of(self: CLASS, x: Tensor) -> int:
    if len(self.packed) > 0:
      if x.dtype == 6 and x.is_cpu and x.layout == 0 and not (x.requires_grad and torch.is_grad_enabled()):
        size = x.size()
        if size == self.sizes[0]:
          return 0
        for i in range(1, len(self.sizes)):
          if size == self.sizes[i]:
            return i
    return -1
  def forward(self: CLASS, x: Tensor) -> Tensor:
    i = self.index_of(x)
    if i < 0:
      return self.plain_forward(x)
    if self.kernel == 2:
      y = ops.mkldnn._convolution_pointwise(x.contiguous(memory_format=2), self.packed[i], self.bias, self.padding, self.stride, self.dilation, self.groups, "ONEDNN", [], "ALGORITHM")
      return AFTER_ONEDNN
    rows = x.permute([0, 2, 3, 1]).contiguous()
    if self.kernel == 3:
      y = torch.linear(rows, self.weight.squeeze(3).squeeze(2), self.bias)
      y = AFTER_PLAIN
    else:
      y = ops.mkldnn._linear_pointwise(rows, self.packed[i], self.bias, "ONEDNN", [], "ALGORITHM")
      y = AFTER_ONEDNN
    return y.permute([0, 3, 1, 2])
  def can_add(self: CLASS, i: int, other: Tensor) -> bool:
    if i < 0 or self.kernel != 2 or other.dtype != 6 or not other.is_cpu or other.layout != 0 or other.requires_grad:
      return False
    return other.size() == self.results[i]
  def add(self: CLASS, x: Tensor, other: Tensor) -> Tensor:
    i = self.index_of(x)
    if not self.can_add(i, other):
      return self.plain_add(x, other)
    y = ops.mkldnn._convolution_pointwise(x.contiguous(memory_format=2), other.contiguous(memory_format=2), self.packed[i], self.bias, self.padding, self.stride, self.dilation, self.groups, "add", 1., None, [], None)
    return AFTER_PLAIN
  def add_into(self: CLASS, x: Tensor, other: Tensor) -> Tensor:
    i = self.index_of(x)
    if not self.can_add(i, other) or not other.is_contiguous(memory_format=2):
      return self.add(x, other)
    y = ops.mkldnn._convolution_pointwise_(other, x.contiguous(memory_format=2), self.packed[i], self.bias, self.padding, self.stride, self.dilation, self.groups, "add", 1., None, [], None)
    return AFTER_PLAIN
  def called(self: CLASS, x: Tensor) -> Tensor:
    return self.forward(x)
  def is_packable(self: CLASS) -> bool:
    return self.weight.is_cpu and self.weight.dtype == 6
  def result_size(self: CLASS, size: List[int]) -> List[int]:
    result = [size[0], self.weight.size(0)]
    for i in range(2):
      reach = self.dilation[i] * (self.weight.size(2 + i) - 1) + 1
      result.append((size[2 + i] + 2 * self.padding[i] - reach) // self.stride[i] + 1)
    return result
  def pack(self: CLASS, kernel: int) -> List[Tensor]:
    packed = annotate(List[Tensor], [])
    self.results = annotate(List[List[int]], [])
    for i in range(len(self.sizes)):
      self.results.append(self.result_size(self.sizes[i]))
      if kernel == 2:
        reordered = ops.mkldnn._reorder_convolution_weight(self.weight, self.padding, self.stride, self.dilation, self.groups, self.sizes[i])
        layout = ops.mkldnn._get_mkldnn_serialized_md(reordered)
        for j in range(i):
          if torch.equal(layout, ops.mkldnn._get_mkldnn_serialized_md(packed[j])):
            reordered = packed[j]
        packed.append(reordered)
      if kernel == 3:
        packed.append(self.weight)
      if kernel == 4:
        size = self.sizes[i]
        packed.append(ops.mkldnn._reorder_linear_weight(self.weight.squeeze(3).squeeze(2), size[0] * size[2] * size[3]))
    return packed
  def sample(self: CLASS) -> Tensor:
    return torch.full(self.sizes[0], 0.5, dtype=6).contiguous(memory_format=2)
  def __getstate__(self: CLASS) -> Tuple[Tensor, Optional[Tensor], List[int], List[int], List[int], int, bool, List[List[int]], List[int], int, bool, int, str, Dict[str, List[int]], bool]:
    self.table.clear()
    return (self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups, self.adds_in_place, self.sizes, self.kernels, self.stored, self.fixed, self.limit, self.key, self.table, self.training)
  def __setstate__(self: CLASS, state: Tuple[Tensor, Optional[Tensor], List[int], List[int], List[int], int, bool, List[List[int]], List[int], int, bool, int, str, Dict[str, List[int]], bool]) -> None:
    self.weight = state[0]
    self.bias = state[1]
    self.stride = state[2]
    self.padding = state[3]
    self.dilation = state[4]
    self.groups = state[5]
    self.adds_in_place = state[6]
    self.sizes = state[7]
    self.kernels = state[8]
    self.stored = state[9]
    self.fixed = state[10]
    self.limit = state[11]
    self.key = state[12]
    self.table = state[13]
    self.training = state[14]
    self.packed = annotate(List[Tensor], [])
    self.kept = annotate(List[Tensor], [])
    self.kernel = 0
    self.tune()
    return None
)";

// One layer after the other, and one direction after the other, as aten::lstm does it.
constexpr std::string_view kLstm = R"(
class NAME(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  weights : List[Tensor]
  layers : int
  hidden : int
  bidirectional : bool
  batch_first : bool
  sizes : List[List[int]]
  kernels : List[int]
  stored : int
  fixed : bool
  limit : int
  key : str
  table : Dict[str, List[int]]
  packed : List[Tensor]
  kept : List[Tensor]
  kernel : int
  mark : Tensor
  def plain_forward(self: CLASS, x: Tensor, h: Tensor, c: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    return torch.lstm(x, [h, c], self.weights, True, self.layers, 0., False, self.bidirectional, self.batch_first)
  def index_of(self: CLASS, x: Tensor, h: Tensor, c: Tensor) -> int:
    if len(self.packed) > 0 and x.dtype == 6 and h.dtype == 6 and c.dtype == 6:
      if x.is_cpu and h.is_cpu and c.is_cpu and x.layout == 0 and h.dim() == 3 and c.size() == h.size():
        if not ((x.requires_grad or h.requires_grad or c.requires_grad) and torch.is_grad_enabled()):
          size = x.size()
          for i in range(len(self.sizes)):
            if size == self.sizes[i]:
              return i
    return -1
  def forward(self: CLASS, x: Tensor, h: Tensor, c: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    set = self.index_of(x, h, c)
    if set < 0:
      return self.plain_forward(x, h, c)
    directions = len(self.weights) // 4 // self.layers
    size = self.sizes[set]
    batch = size[0] if self.batch_first else size[1]
    if h.size(0) != self.layers * directions or h.size(1) != batch or h.size(2) != self.hidden:
      return self.plain_forward(x, h, c)
    y = x.transpose(0, 1) if self.batch_first else x
    y = y.contiguous()
    h = h.contiguous()
    c = c.contiguous()
    last_h = annotate(List[Tensor], [])
    last_c = annotate(List[Tensor], [])
    for layer in range(self.layers):
      outputs = annotate(List[Tensor], [])
      for direction in range(directions):
        i = layer * directions + direction
        at = (set * self.layers * directions + i) * 2
        out, out_h, out_c, work = torch.mkldnn_rnn_layer(y, self.packed[at], self.packed[at + 1], self.weights[4 * i + 2], self.weights[4 * i + 3], h.select(0, i), c.select(0, i), direction == 1, annotate(List[int], []), 2, self.hidden, 1, True, False, False, False)
        outputs.append(out)
        last_h.append(out_h)
        last_c.append(out_c)
      y = outputs[0]
      if directions == 2:
        y = torch.cat(outputs, -1)
    if self.batch_first:
      y = y.transpose(0, 1)
    return (y, torch.stack(last_h, 0), torch.stack(last_c, 0))
  def called(self: CLASS, x: Tensor) -> Tensor:
    batch = x.size(0) if self.batch_first else x.size(1)
    state = torch.full([len(self.weights) // 4, batch, self.hidden], 0.5, dtype=6)
    y, h, c = self.forward(x, state, state)
    return y
  def is_packable(self: CLASS) -> bool:
    return self.weights[0].is_cpu and self.weights[0].dtype == 6
  def pack(self: CLASS, kernel: int) -> List[Tensor]:
    packed = annotate(List[Tensor], [])
    if kernel == 2:
      directions = len(self.weights) // 4 // self.layers
      for s in range(len(self.sizes)):
        size = self.sizes[s]
        steps = size[1] if self.batch_first else size[0]
        batch = size[0] if self.batch_first else size[1]
        for layer in range(self.layers):
          width = size[2] if layer == 0 else self.hidden * directions
          for direction in range(directions):
            i = layer * directions + direction
            pair = ops.mkldnn._reorder_mkldnn_rnn_layer_weight(self.weights[4 * i], self.weights[4 * i + 1], self.hidden, direction == 1, True, False, [steps, batch, width])
            packed.append(pair[0])
            packed.append(pair[1])
    return packed
  def sample(self: CLASS) -> Tensor:
    return torch.full(self.sizes[0], 0.5, dtype=6)
  def __getstate__(self: CLASS) -> Tuple[List[Tensor], int, int, bool, bool, List[List[int]], List[int], int, bool, int, str, Dict[str, List[int]], bool]:
    self.table.clear()
    return (self.weights, self.layers, self.hidden, self.bidirectional, self.batch_first, self.sizes, self.kernels, self.stored, self.fixed, self.limit, self.key, self.table, self.training)
  def __setstate__(self: CLASS, state: Tuple[List[Tensor], int, int, bool, bool, List[List[int]], List[int], int, bool, int, str, Dict[str, List[int]], bool]) -> None:
    self.weights = state[0]
    self.layers = state[1]
    self.hidden = state[2]
    self.bidirectional = state[3]
    self.batch_first = state[4]
    self.sizes = state[5]
    self.kernels = state[6]
    self.stored = state[7]
    self.fixed = state[8]
    self.limit = state[9]
    self.key = state[10]
    self.table = state[11]
    self.training = state[12]
    self.packed = annotate(List[Tensor], [])
    self.kept = annotate(List[Tensor], [])
    self.kernel = 0
    self.tune()
    return None
)";

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

std::string class_name(std::string_view stem, Activation activation) {
  return std::string(kClassNamespace) + '.' + std::string(stem) +
         std::string(text_of(activation).suffix);
}

std::string source_of(std::string_view layer, const std::string& name, Activation activation) {
  const ActivationText text = text_of(activation);
  std::string source(layer.substr(1));
  source.append(kShared.substr(1));
  replace_all(source, "CLASS", name);
  replace_all(source, "NAME", name.substr(name.rfind('.') + 1));
  replace_all(source, "AFTER_PLAIN", text.after_plain);
  replace_all(source, "AFTER_ONEDNN", text.after_onednn);
  replace_all(source, "ONEDNN", text.onednn_name);
  replace_all(source, "ALGORITHM", text.algorithm);
  return source;
}

}  // namespace

std::string linear_class_name(Activation activation) {
  return class_name("PackedLinear", activation);
}
std::string conv_class_name(Activation activation) { return class_name("PackedConv", activation); }

std::string linear_class_source(const std::string& name, Activation activation) {
  return source_of(kLinear, name, activation);
}

std::string conv_class_source(const std::string& name, Activation activation) {
  return source_of(kConv, name, activation);
}

std::string lstm_class_source(const std::string& name, Activation activation) {
  return source_of(kLstm, name, activation);
}

}  // namespace tsctl::packed
