#pragma once

#include <c10/core/ScalarType.h>
#include <torch/csrc/jit/ir/ir.h>

#include <map>
#include <optional>

namespace tsctl::passes {

using Dtype = std::optional<c10::ScalarType>;

// The dtype that a conversion gives, if it does nothing but convert and gives its very input where there is nothing to do.
Dtype converted_to(const torch::jit::Node& node);

// The dtypes of values that do not depend on what the model is given: they come from the weights, or the model raises
// for every other dtype. What was observed would hold for the declared inputs only. A graph must not change while it is
// asked about.
class ProvenDtypes {
 public:
  Dtype of(const torch::jit::Value& value);

 private:
  Dtype find(const torch::jit::Value& value);
  Dtype after(const torch::jit::Node& node, std::size_t output);
  Dtype promoted(const torch::jit::Node& node, std::size_t left, std::size_t right);
  Dtype of_all(const torch::jit::Node& list);

  std::map<const torch::jit::Value*, Dtype> known_ = {};
};

}  // namespace tsctl::passes
