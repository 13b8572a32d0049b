#include "tsctl/engine/packed/layer_text.h"
#include "tsctl/engine/packed/shared_text.h"

namespace tsctl::packed {

namespace {

// One layer after the other, and one direction after the other, as aten::lstm does it.
constexpr std::string_view kForward = R"(
  def plain_forward(self: $CLASS, x: Tensor, h: Tensor, c: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    return torch.lstm(x, [h, c], self.weights, True, self.layers, 0., False, self.bidirectional, self.batch_first)
  def index_of(self: $CLASS, x: Tensor, h: Tensor, c: Tensor) -> int:
    if len(self.packed) > 0 and x.dtype == 6 and h.dtype == 6 and c.dtype == 6:
      if x.is_cpu and h.is_cpu and c.is_cpu and x.layout == 0 and h.dim() == 3 and c.size() == h.size():
        if not ((x.requires_grad or h.requires_grad or c.requires_grad) and torch.is_grad_enabled()):
          size = x.size()
          for i in range(len(self.sizes)):
            if size == self.sizes[i]:
              return i
    return -1
  def forward(self: $CLASS, x: Tensor, h: Tensor, c: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
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
  def called(self: $CLASS, x: Tensor) -> Tensor:
    batch = x.size(0) if self.batch_first else x.size(1)
    state = torch.full([len(self.weights) // 4, batch, self.hidden], 0.5, dtype=6)
    y, h, c = self.forward(x, state, state)
    return y
)";

constexpr std::string_view kPack = R"(
  def pack(self: $CLASS, kernel: int) -> List[Tensor]:
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
)";

}  // namespace

const LayerText& lstm_layer() {
  static const LayerText text{
      .attributes = {kRecurrentAttributes.begin(), kRecurrentAttributes.end()},
      .methods = {kForward, kRecurrentIsPackable, kPack, kRecurrentSample},
  };
  return text;
}

}  // namespace tsctl::packed
