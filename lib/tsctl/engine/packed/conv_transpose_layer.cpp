#include "tsctl/engine/packed/layer_text.h"
#include "tsctl/engine/packed/shared_text.h"

namespace tsctl::packed {

namespace {

// Where blocks of the result do not overlap, each pixel of the input becomes a block of its own: a product of matrices
// computes the blocks as rows, and a copy puts them where they belong.
constexpr std::string_view kForward = R"(
  def plain_forward(self: $CLASS, x: Tensor) -> Tensor:
    y = torch.conv_transpose2d(x, self.weight, self.bias, self.stride, self.padding, self.output_padding, self.groups, self.dilation)
    return $AFTER_PLAIN
  def index_of(self: $CLASS, x: Tensor) -> int:
    if len(self.packed) > 0:
      if x.dtype == 6 and x.is_cpu and x.layout == 0 and not (x.requires_grad and torch.is_grad_enabled()):
        size = x.size()
        for i in range(len(self.sizes)):
          if size == self.sizes[i]:
            return i
    return -1
  def forward(self: $CLASS, x: Tensor) -> Tensor:
    i = self.index_of(x)
    if i < 0:
      return self.plain_forward(x)
    if self.kernel == 2:
      y = ops.mkldnn._convolution_transpose_pointwise(x.contiguous(memory_format=2), self.packed[i], self.bias, self.padding, self.output_padding, self.stride, self.dilation, self.groups, "$POST_OP", [], "$ALGORITHM")
      return $AFTER_ONEDNN
    rows = x.permute([0, 2, 3, 1]).contiguous()
    if self.kernel == 3:
      y = torch.linear(rows, self.packed[i], self.block_bias)
      y = $AFTER_PLAIN
    else:
      y = ops.mkldnn._linear_pointwise(rows, self.packed[i], self.block_bias, "$POST_OP", [], "$ALGORITHM")
      y = $AFTER_ONEDNN
    high = self.weight.size(2)
    wide = self.weight.size(3)
    channels = self.weight.size(1)
    y = y.view([x.size(0), x.size(2), x.size(3), high, wide * channels]).transpose(2, 3)
    return y.reshape([x.size(0), x.size(2) * high, x.size(3) * wide, channels]).permute([0, 3, 1, 2])
)";

constexpr std::string_view kPack = R"(
  def pack(self: $CLASS, kernel: int) -> List[Tensor]:
    packed = annotate(List[Tensor], [])
    bias = self.bias
    self.block_bias = None
    if bias is not None:
      self.block_bias = bias.repeat([self.weight.size(2) * self.weight.size(3)])
    if kernel == 2:
      for i in range(len(self.sizes)):
        reordered = ops.mkldnn._reorder_convolution_transpose_weight(self.weight, self.padding, self.output_padding, self.stride, self.dilation, self.groups, self.sizes[i])
        layout = ops.mkldnn._get_mkldnn_serialized_md(reordered)
        for j in range(i):
          if torch.equal(layout, ops.mkldnn._get_mkldnn_serialized_md(packed[j])):
            reordered = packed[j]
        packed.append(reordered)
    if kernel > 2:
      blocks = self.weight.permute([2, 3, 1, 0]).reshape([-1, self.weight.size(0)])
      for i in range(len(self.sizes)):
        if kernel == 3:
          packed.append(blocks)
        else:
          size = self.sizes[i]
          packed.append(ops.mkldnn._reorder_linear_weight(blocks, size[0] * size[2] * size[3]))
    return packed
)";

}  // namespace

const LayerText& conv_transpose_layer() {
  static const LayerText text{
      .attributes =
          {
              {"weight", "Tensor"},
              {"bias", "Optional[Tensor]"},
              {"stride", "List[int]"},
              {"padding", "List[int]"},
              {"output_padding", "List[int]"},
              {"dilation", "List[int]"},
              {"groups", "int"},
              {"sizes", "List[List[int]]"},
              {"block_bias", "Optional[Tensor]", /*is_stored=*/false},
          },
      .methods = {kForward, kMethodsOfOneWeight, kPack, kImageSample},
  };
  return text;
}

}  // namespace tsctl::packed
