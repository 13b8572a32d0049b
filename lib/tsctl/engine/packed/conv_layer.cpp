#include "tsctl/engine/packed/layer_text.h"
#include "tsctl/engine/packed/shared_text.h"

namespace tsctl::packed {

namespace {

constexpr std::string_view kForward = R"(
  def convolved(self: $CLASS, x: Tensor) -> Tensor:
    return torch.conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)
  def plain_forward(self: $CLASS, x: Tensor) -> Tensor:
    y = self.convolved(x)
    return $AFTER_PLAIN
  def plain_add(self: $CLASS, x: Tensor, other: Tensor) -> Tensor:
    y = self.convolved(x)
    if self.adds_in_place:
      y = torch.add_(y, other)
    else:
      y = torch.add(y, other)
    return $AFTER_PLAIN
  def plain_add_into(self: $CLASS, x: Tensor, other: Tensor) -> Tensor:
    return self.plain_add(x, other)
  def index_of(self: $CLASS, x: Tensor) -> int:
    if len(self.packed) > 0:
      if x.dtype == 6 and x.is_cpu and x.layout == 0 and not (x.requires_grad and torch.is_grad_enabled()):
        size = x.size()
        if size == self.sizes[0]:
          return 0
        for i in range(1, len(self.sizes)):
          if size == self.sizes[i]:
            return i
    return -1
  def forward(self: $CLASS, x: Tensor) -> Tensor:
    i = self.index_of(x)
    if i < 0:
      return self.plain_forward(x)
    if self.kernel == 2:
      y = ops.mkldnn._convolution_pointwise(x.contiguous(memory_format=2), self.packed[i], self.bias, self.padding, self.stride, self.dilation, self.groups, "$POST_OP", [], "$ALGORITHM")
      return $AFTER_ONEDNN
    rows = x.permute([0, 2, 3, 1]).contiguous()
    if self.kernel == 3:
      y = torch.linear(rows, self.weight.squeeze(3).squeeze(2), self.bias)
      y = $AFTER_PLAIN
    else:
      y = ops.mkldnn._linear_pointwise(rows, self.packed[i], self.bias, "$POST_OP", [], "$ALGORITHM")
      y = $AFTER_ONEDNN
    return y.permute([0, 3, 1, 2])
  def can_add(self: $CLASS, i: int, other: Tensor) -> bool:
    if i < 0 or self.kernel != 2 or other.dtype != 6 or not other.is_cpu or other.layout != 0 or other.requires_grad:
      return False
    return other.size() == self.results[i]
  def add(self: $CLASS, x: Tensor, other: Tensor) -> Tensor:
    i = self.index_of(x)
    if not self.can_add(i, other):
      return self.plain_add(x, other)
    y = ops.mkldnn._convolution_pointwise(x.contiguous(memory_format=2), other.contiguous(memory_format=2), self.packed[i], self.bias, self.padding, self.stride, self.dilation, self.groups, "add", 1., None, [], None)
    return $AFTER_PLAIN
  def add_into(self: $CLASS, x: Tensor, other: Tensor) -> Tensor:
    i = self.index_of(x)
    if not self.can_add(i, other) or not other.is_contiguous(memory_format=2):
      return self.add(x, other)
    y = ops.mkldnn._convolution_pointwise_(other, x.contiguous(memory_format=2), self.packed[i], self.bias, self.padding, self.stride, self.dilation, self.groups, "add", 1., None, [], None)
    return $AFTER_PLAIN
)";

constexpr std::string_view kPack = R"(
  def result_size(self: $CLASS, size: List[int]) -> List[int]:
    result = [size[0], self.weight.size(0)]
    for i in range(2):
      reach = self.dilation[i] * (self.weight.size(2 + i) - 1) + 1
      result.append((size[2 + i] + 2 * self.padding[i] - reach) // self.stride[i] + 1)
    return result
  def pack(self: $CLASS, kernel: int) -> List[Tensor]:
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
)";

}  // namespace

const LayerText& conv_layer() {
  static const LayerText text{
      .attributes =
          {
              {"weight", "Tensor"},
              {"bias", "Optional[Tensor]"},
              {"stride", "List[int]"},
              {"padding", "List[int]"},
              {"dilation", "List[int]"},
              {"groups", "int"},
              {"adds_in_place", "bool"},
              {"sizes", "List[List[int]]"},
              {"results", "List[List[int]]", /*is_stored=*/false},
          },
      .methods = {kForward, kMethodsOfOneWeight, kPack, kImageSample},
  };
  return text;
}

}  // namespace tsctl::packed
