#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "tsctl/engine/passes/pass.h"

namespace tsctl::passes {

// softmax(query @ keys * factor * scale + mask) @ value, as separate operators.
struct Attention {
  torch::jit::Node* result = nullptr;  // the product with `value`
  torch::jit::Node* softmax = nullptr;
  torch::jit::Value* query = nullptr;
  torch::jit::Value* keys = nullptr;  // transposed
  torch::jit::Value* value = nullptr;
  double factor = 1.0;
  torch::jit::Value* scale = nullptr;  // a float that is known only when the model runs, or null
  bool divides = false;                // by the scale
  torch::jit::Value* mask = nullptr;   // is added, or hides scores; null if there is none
  std::optional<double> hidden = {};   // what the scores that the mask hides are replaced by
  bool hides_where_false = false;
  std::string reason =
      {};  // why it cannot be one operator; empty if nothing in its form forbids it
};

// The attention whose last node this is, or nothing.
std::optional<Attention> find_attention(torch::jit::Node& node);

// A number, or a tensor without dimensions that holds one.
std::optional<double> single_number(const torch::jit::Value& value);

// Takes constant factors off a value that nothing else reads: gives what is multiplied, and changes `factor`.
torch::jit::Value* without_factors(torch::jit::Value* value, double& factor);

}  // namespace tsctl::passes
