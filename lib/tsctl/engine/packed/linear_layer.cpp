#include "tsctl/engine/packed/layer_text.h"
#include "tsctl/engine/packed/shared_text.h"

namespace tsctl::packed {

namespace {

constexpr std::string_view kForward = R"(
  def plain_forward(self: $CLASS, x: Tensor) -> Tensor:
    y = torch.linear(x, self.weight, self.bias)
    return $AFTER_PLAIN
  def forward(self: $CLASS, x: Tensor) -> Tensor:
    if len(self.packed) == 1:
      if x.numel() >= self.least and x.dtype == 6 and x.is_cpu and x.layout == 0 and x.size(-1) == self.weight.size(1) and not (x.requires_grad and torch.is_grad_enabled()):
        if self.kernel == 2:
          y = ops.mkldnn._linear_pointwise(x, self.packed[0], self.bias, "$POST_OP", [], "$ALGORITHM")
          return $AFTER_ONEDNN
        if self.mark.stride(0) == 0 and x.numel() == self.rows * self.weight.size(1):
          y = ops.mkl._mkl_linear(x, self.packed[0], self.weight, self.bias, self.rows)
          return $AFTER_PLAIN
    return self.plain_forward(x)
)";

constexpr std::string_view kPack = R"(
  def pack(self: $CLASS, kernel: int) -> List[Tensor]:
    packed = annotate(List[Tensor], [])
    if kernel == 1:
      packed.append(ops.mkl._mkl_reorder_linear_weight(self.weight, self.rows))
    if kernel == 2:
      packed.append(ops.mkldnn._reorder_linear_weight(self.weight, self.rows))
    return packed
  def sample(self: $CLASS) -> Tensor:
    return torch.full([self.rows, self.weight.size(1)], 0.5, dtype=6)
)";

}  // namespace

const LayerText& linear_layer() {
  static const LayerText text{
      .attributes =
          {
              {"weight", "Tensor"},
              {"bias", "Optional[Tensor]"},
              {"rows", "int"},
              {"least", "int"},
          },
      .methods = {kForward, kMethodsOfOneWeight, kPack},
  };
  return text;
}

}  // namespace tsctl::packed
