#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <cstddef>
#include <initializer_list>
#include <vector>

namespace tsctl::passes {

// Builds operators in front of a node. They come from the same place of the model as the node, for messages.
class Builder {
 public:
  explicit Builder(torch::jit::Node& place) : place_(place) {}

  // Calls `op` ("aten::linear"). Numbers and lists become constants; arguments that are left out get their defaults.
  torch::jit::Value* op(const char* op, std::initializer_list<torch::jit::NamedValue> arguments,
                        std::initializer_list<torch::jit::NamedValue> named = {}) const;
  // The elements of a list that has `size` of them.
  std::vector<torch::jit::Value*> unpacked(torch::jit::Value* list, std::size_t size) const;
  // A list of these integers.
  torch::jit::Value* list(const std::vector<torch::jit::Value*>& integers) const;
  torch::jit::Value* constant(const c10::IValue& value) const;

 private:
  torch::jit::Node& place_;
};

}  // namespace tsctl::passes
