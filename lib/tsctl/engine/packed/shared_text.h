#pragma once

#include <array>
#include <string_view>

#include "tsctl/engine/packed/layer_text.h"

// The text that some kinds of layers share.
namespace tsctl::packed {

// Of linear, conv and conv_transpose.
inline constexpr std::string_view kMethodsOfOneWeight = R"(
  def called(self: $CLASS, x: Tensor) -> Tensor:
    return self.forward(x)
  def is_packable(self: $CLASS) -> bool:
    return self.weight.is_cpu and self.weight.dtype == 6
)";

// Of conv and conv_transpose.
inline constexpr std::string_view kImageSample = R"(
  def sample(self: $CLASS) -> Tensor:
    return torch.full(self.sizes[0], 0.5, dtype=6).contiguous(memory_format=2)
)";

// Of lstm and gru. `weights` has four tensors for each layer and direction: input, hidden, and the two biases.
inline constexpr std::array kRecurrentAttributes{
    Attribute{"weights", "List[Tensor]"}, Attribute{"layers", "int"},
    Attribute{"hidden", "int"},           Attribute{"bidirectional", "bool"},
    Attribute{"batch_first", "bool"},     Attribute{"sizes", "List[List[int]]"},
};

inline constexpr std::string_view kRecurrentIsPackable = R"(
  def is_packable(self: $CLASS) -> bool:
    return self.weights[0].is_cpu and self.weights[0].dtype == 6
)";

inline constexpr std::string_view kRecurrentSample = R"(
  def sample(self: $CLASS) -> Tensor:
    return torch.full(self.sizes[0], 0.5, dtype=6)
)";

}  // namespace tsctl::packed
