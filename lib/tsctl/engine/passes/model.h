#pragma once

#include <c10/core/Device.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/rewrite.h"
#include "tsctl/engine/graph/module_paths.h"
#include "tsctl/engine/packed/packed_layers.h"
#include "tsctl/engine/passes/observed_types.h"

namespace tsctl::passes {

// Counts the places that the passes want to rewrite, and allows the first `limit` of them.
struct RewriteCount {
  std::optional<std::int64_t> limit = {};
  std::int64_t wanted = 0;
  std::string pass = {};  // that runs now
  Rewrite last = {};      // that was allowed
};

// The model on its way through the passes.
struct Model {
  torch::jit::Module module = {};
  std::vector<std::string> methods = {};    // those that are kept, forward first
  std::vector<std::string> preserved = {};  // the names that --preserve gave
  ModulePaths paths;
  std::string inputs_tensors = {};  // calls of forward; empty if the inputs are not known
  c10::Device device = c10::kCPU;
  packed::LayerFactory layers;
  std::vector<PackedLayer> packed_layers = {};  // those that the passes made
  RewriteCount rewrites = {};

  std::shared_ptr<torch::jit::Graph> graph_of(const std::string& method) const {
    return module.get_method(method).graph();
  }

  // What the values of a method's graph were, recorded on the first call after forget_types().
  const ObservedTypes& observed_types(const std::string& method);
  void forget_types() { observed.clear(); }

  std::map<std::string, ObservedTypes> observed = {};  // by method; read by observed_types()
};

}  // namespace tsctl::passes
