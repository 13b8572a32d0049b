#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tsctl/engine/passes/packing.h"

namespace tsctl::passes {

// A recurrent layer that can be packed: aten::lstm, or aten::gru, on a tensor (not on a packed sequence).
struct Recurrent {
  torch::jit::Node* node = nullptr;
  packed::RecurrentSettings settings = {};
};

// The layers of this operator that can be packed. The others are noted with the reason.
std::vector<Recurrent> find_recurrent(PassContext& context, const char* op);

// Replaces the node by a call of the packed layer. `kind` is "lstm".
void replace_recurrent(PassContext& context, torch::jit::Node* node,
                       const packed::RecurrentSettings& settings, const char* kind,
                       const torch::jit::Module& submodule,
                       const std::vector<torch::jit::Value*>& arguments);

}  // namespace tsctl::passes
