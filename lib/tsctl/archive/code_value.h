#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tsctl {

// What an expression of the code stands for, as far as the text tells.
struct CodeValue {
  std::vector<std::int64_t> nodes =
      {};                             // of the graph that it comes from, each once, in rising order
  std::string text = "_";             // a literal as written; "_" for what is computed
  std::string global = {};            // a path from a global name: "torch.relu"
  std::string_view type = {};         // of an object: its class in the archive's code
  std::string path = {};              // of an object: where the model has it: "encoder.0"
  std::string_view method = {};       // a member of the object or value that is no attribute
  std::vector<CodeValue> items = {};  // of a tuple or list

  bool is_object() const noexcept { return !type.empty() && method.empty(); }
};

// The arguments of a call; the name is empty for one without.
using CodeArguments = std::vector<std::pair<std::string_view, CodeValue>>;

}  // namespace tsctl
