#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <string>
#include <vector>

namespace tsctl {

// Finds the module ("features.1") that a node of an inlined graph came from. Must be made from the module before
// anything is inlined, and outlive the passes that ask it.
class ModulePaths {
 public:
  explicit ModulePaths(const torch::jit::Module& module);

  // Where the node came from, for a sentence: "features.1", or, where a file keeps no modules (it was frozen
  // before), the line of the model's source or at least the name of the node's output.
  std::string place_of(const torch::jit::Node& node) const;

  // Where the calls of an inlined graph led to: "features.1"; empty for the model's own method, and in a file that
  // keeps no modules.
  std::string path_from_calls(const torch::jit::Node& node) const;

  // Whether there are modules below the model itself.
  bool any() const noexcept { return parts_.size() > 1; }

 private:
  struct Part {
    std::string path = {};  // "" for the root
    std::string name = {};  // the last word of it
    c10::TypePtr type = {};
  };

  std::string step(const std::string& path, const torch::jit::ModuleInstanceInfo& call) const;

  std::vector<Part> parts_ = {};
};

}  // namespace tsctl
