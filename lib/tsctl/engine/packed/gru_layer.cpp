#include "tsctl/engine/packed/layer_text.h"
#include "tsctl/engine/packed/shared_text.h"

namespace tsctl::packed {

namespace {

// LibTorch hands no GRU to oneDNN (docs/optimizer.md). What gains are its products of matrices, and fewer operators for each
// step: r and z are computed together. Under autocast, torch.linear gives bfloat16, which the state must not become.
constexpr std::string_view kForward = R"(
  def plain_forward(self: $CLASS, x: Tensor, h: Tensor) -> Tuple[Tensor, Tensor]:
    return torch.gru(x, h, self.weights, True, self.layers, 0., False, self.bidirectional, self.batch_first)
  def index_of(self: $CLASS, x: Tensor, h: Tensor) -> int:
    if len(self.packed) > 0 and x.dtype == 6 and h.dtype == 6:
      if x.is_cpu and h.is_cpu and x.layout == 0 and h.layout == 0 and h.dim() == 3:
        if not ((x.requires_grad or h.requires_grad) and torch.is_grad_enabled()):
          size = x.size()
          for i in range(len(self.sizes)):
            if size == self.sizes[i]:
              return i
    return -1
  def product(self: $CLASS, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    if self.kernel == 2:
      return ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")
    return torch.linear(x, weight, bias).to(6)
  def run(self: $CLASS, x: Tensor, h: Tensor, i: int, at: int, backwards: bool) -> Tuple[Tensor, Tensor]:
    hidden = self.hidden
    steps = torch.unbind(self.product(x, self.packed[at], self.weights[4 * i + 2]), 0)
    outputs = annotate(List[Tensor], [])
    for t in range(len(steps)):
      step = steps[len(steps) - 1 - t] if backwards else steps[t]
      past = self.product(h, self.packed[at + 1], self.weights[4 * i + 3])
      gates = torch.sigmoid_(torch.add_(past.narrow(1, 0, 2 * hidden), step.narrow(1, 0, 2 * hidden)))
      new = torch.addcmul(step.narrow(1, 2 * hidden, hidden), gates.narrow(1, 0, hidden), past.narrow(1, 2 * hidden, hidden))
      h = torch.lerp(torch.tanh_(new), h, gates.narrow(1, hidden, hidden))
      outputs.append(h)
    if backwards:
      outputs.reverse()
    return (torch.stack(outputs, 0), h)
  def forward(self: $CLASS, x: Tensor, h: Tensor) -> Tuple[Tensor, Tensor]:
    set = self.index_of(x, h)
    if set < 0:
      return self.plain_forward(x, h)
    directions = len(self.weights) // 4 // self.layers
    size = self.sizes[set]
    batch = size[0] if self.batch_first else size[1]
    if h.size(0) != self.layers * directions or h.size(1) != batch or h.size(2) != self.hidden:
      return self.plain_forward(x, h)
    y = x.transpose(0, 1) if self.batch_first else x
    y = y.contiguous()
    h = h.contiguous()
    last = annotate(List[Tensor], [])
    for layer in range(self.layers):
      outputs = annotate(List[Tensor], [])
      for direction in range(directions):
        i = layer * directions + direction
        out, out_h = self.run(y, h.select(0, i), i, (set * self.layers * directions + i) * 2, direction == 1)
        outputs.append(out)
        last.append(out_h)
      y = outputs[0]
      if directions == 2:
        y = torch.cat(outputs, -1)
    if self.batch_first:
      y = y.transpose(0, 1)
    return (y, torch.stack(last, 0))
  def called(self: $CLASS, x: Tensor) -> Tensor:
    batch = x.size(0) if self.batch_first else x.size(1)
    state = torch.full([len(self.weights) // 4, batch, self.hidden], 0.5, dtype=6)
    y, h = self.forward(x, state)
    return y
)";

constexpr std::string_view kPack = R"(
  def pack(self: $CLASS, kernel: int) -> List[Tensor]:
    packed = annotate(List[Tensor], [])
    if kernel > 0:
      for s in range(len(self.sizes)):
        size = self.sizes[s]
        batch = size[0] if self.batch_first else size[1]
        for i in range(len(self.weights) // 4):
          if kernel == 2:
            packed.append(ops.mkldnn._reorder_linear_weight(self.weights[4 * i], size[0] * size[1]))
            packed.append(ops.mkldnn._reorder_linear_weight(self.weights[4 * i + 1], batch))
          else:
            packed.append(self.weights[4 * i])
            packed.append(self.weights[4 * i + 1])
    return packed
)";

}  // namespace

const LayerText& gru_layer() {
  static const LayerText text{
      .attributes = {kRecurrentAttributes.begin(), kRecurrentAttributes.end()},
      .methods = {kForward, kRecurrentIsPackable, kPack, kRecurrentSample},
  };
  return text;
}

}  // namespace tsctl::packed
