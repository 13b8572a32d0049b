#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <string>
#include <vector>

namespace tsctl {

// Finds the submodule ("features.1") that a node of an inlined graph came from. It must be constructed before
// anything is inlined, and must outlive the passes that use it.
class ModulePaths {
 public:
  explicit ModulePaths(const torch::jit::Module& module);

  // The origin of a node, for messages: the submodule, "features.1". If the file has no submodules because it is
  // frozen, it is the source line, or the name of the node's output.
  std::string place_of(const torch::jit::Node& node) const;

  // The submodule, "features.1", from the inlined calls of the node. Empty for a node of the model's own method, and
  // in a file without submodules. A module that tsctl put around the user's function counts as the model's own method.
  std::string path_from_calls(const torch::jit::Node& node) const;

  // Whether the model has submodules.
  bool any() const;

 private:
  struct Part {
    std::string path = {};  // "" for the root
    std::string name = {};  // the last component of the path
    c10::TypePtr type = {};
    bool tsctls = false;  // of tsctl's own class
  };

  std::string step(const std::string& path, const torch::jit::ModuleInstanceInfo& call) const;

  std::vector<Part> parts_ = {};
};

}  // namespace tsctl
