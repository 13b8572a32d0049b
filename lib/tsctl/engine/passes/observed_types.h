#pragma once

#include <ATen/core/jit_type.h>
#include <c10/core/Device.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "tsctl/archive/tensor_file.h"

namespace tsctl {

// The dtype, device, sizes and strides that the tensors of a graph had while it ran. What differs from call to call (or
// from one iteration of a loop to the next) is unset in the type: sizes()[0] for a batch that varies.
class ObservedTypes {
 public:
  // Null for a value that is unknown: no tensor, never reached, created after the recording, or in a forked subgraph.
  c10::TensorTypePtr of(const torch::jit::Value& value) const;

  // Every type that the value had, each with all its sizes and strides, in the order in which they came first. Empty
  // for a value that is unknown, and for one with more than kMaxTypes types.
  std::vector<c10::TensorTypePtr> all_of(const torch::jit::Value& value) const;

  void add(const torch::jit::Value& value, const at::Tensor& tensor);

  static constexpr std::size_t kMaxTypes = 8;

 private:
  // By the values' numbers: a graph never gives one out twice, while addresses of values return.
  std::map<std::size_t, std::vector<c10::TensorTypePtr>> types_ = {};  // kMaxTypes + 1 at most
};

// Runs the method once on each call of the file, on a copy of the module, so that the module's attributes stay as they
// are. Memory: the module's tensors once more. Throws Error{execution} if the method fails, Error{usage} for calls
// that do not fit it.
ObservedTypes observe_types(const torch::jit::Module& module, const std::string& method,
                            const TensorFile& file, const c10::Device& device);

}  // namespace tsctl
