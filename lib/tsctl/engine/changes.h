#pragma once

#include <c10/core/Device.h>
#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tsctl/engine/outputs.h"

namespace tsctl {

// Seeds the random numbers of the device with kCallSeed.
void seed_calls(const c10::Device& device);

// What a module stores, to find out which attributes a call writes to.
class StoredState {
 public:
  explicit StoredState(const torch::jit::Module& module);
  // The attributes that were assigned or written to since then: "h", "encoder.mean".
  std::vector<std::string> written(const torch::jit::Module& module) const;

 private:
  std::map<std::string, std::string> marks_;
};

// The operators of the method that draw random numbers: "aten::dropout".
std::vector<std::string> random_operators(const torch::jit::Method& method);

// Whether two calls gave the same outputs, bit by bit apart from NaN.
bool same_outputs(const Outputs& left, const Outputs& right);

}  // namespace tsctl
