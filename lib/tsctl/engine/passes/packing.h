#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/ir/ir.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/engine/packed/layer_source.h"
#include "tsctl/engine/passes/pass.h"

namespace tsctl::passes {

// The activation that alone reads the node's result, in the same block, and which a packed layer can apply itself.
// Null if there is none; `kind` is then `none`.
struct FusedActivation {
  torch::jit::Node* node = nullptr;
  packed::Activation kind = packed::Activation::none;
};
FusedActivation activation_after(const torch::jit::Node& node);

// Whether only `user` reads the node's result.
bool is_read_by_one(const torch::jit::Node& node);

// The weight and bias of a layer if they can be packed.
struct LayerWeights {
  at::Tensor weight = {};
  std::optional<at::Tensor> bias = {};
};
// Notes why not, in `reason`, if they cannot: they are not constants, or not float32 on the CPU.
std::optional<LayerWeights> weights_of(const torch::jit::Node& layer, std::size_t weight_input,
                                       std::size_t bias_input, std::string& reason);

// The sizes that the value had in the declared inputs, most elements first; empty if they are unknown or if the value
// was not always a float32 tensor on the CPU with elements.
std::vector<std::vector<std::int64_t>> observed_sizes(PassContext& context,
                                                      const torch::jit::Value& value);

// Whether the layer ran with the declared inputs. The branch around it may not have been taken, although its input has
// sizes, which the layer may even refuse.
bool runs(PassContext& context, const torch::jit::Node& layer);

inline constexpr const char* kNeverRuns = "it does not run with the declared inputs";
inline constexpr const char* kUnknownSizes =
    "the sizes of its input are unknown, differ too often, or it is not float32 on the CPU";

// A name for the packed form of the layer that tells where it came from: "packed_features_0", or "packed_KIND" in a
// frozen file.
std::string packed_name(const PassContext& context, const torch::jit::Node& layer,
                        const char* kind);

// "relu", for reports.
const char* activation_name(packed::Activation activation);
// The names of the kernels that the layer can choose.
std::vector<std::string> kernel_names(const torch::jit::Module& layer);

}  // namespace tsctl::passes
