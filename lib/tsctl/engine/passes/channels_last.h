#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace tsctl::passes {

// Values that are channels-last now and were contiguous before, such as the results of packed convolutions. Operators
// that take any layout pass them on. In front of the others, at the ends of blocks and at the graph's outputs they are
// made contiguous. A value that something writes into in a way that depends on the layout is made contiguous at once.
// Returns how many conversions were inserted.
std::int64_t confine_channels_last(const std::shared_ptr<torch::jit::Graph>& graph,
                                   const std::vector<torch::jit::Value*>& values);

}  // namespace tsctl::passes
