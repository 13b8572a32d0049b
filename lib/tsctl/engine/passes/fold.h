#pragma once

#include <functional>
#include <initializer_list>
#include <memory>

#include "tsctl/engine/passes/pass.h"

namespace tsctl::passes {

using GraphPass = std::function<bool(std::shared_ptr<torch::jit::Graph>& graph)>;

inline constexpr std::initializer_list<const char*> kConvolutions = {
    "aten::conv1d", "aten::conv2d", "aten::conv3d", "aten::_convolution"};
inline constexpr std::initializer_list<const char*> kAllConvolutions = {
    "aten::conv1d",          "aten::conv2d",           "aten::conv3d",
    "aten::_convolution",    "aten::conv_transpose1d", "aten::conv_transpose2d",
    "aten::conv_transpose3d"};

// Whether a node besides the batch norm reads the numbers of the layer's result, not only its shape.
bool is_read_elsewhere(const torch::jit::Value& result, const torch::jit::Node& batch_norm);

// Runs a folding pass of LibTorch or of the same form. The `folded` nodes that read a result of one of `into` match:
// those that are gone were rewritten, the others skipped.
void run_fold(PassContext& context, const GraphPass& fold,
              std::initializer_list<const char*> folded, std::initializer_list<const char*> into);

}  // namespace tsctl::passes
