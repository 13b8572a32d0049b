#pragma once

#include <string>
#include <vector>

#include "tsctl/core/verify.h"

namespace tsctl {

// Job "graph": text that only LibTorch can make.
struct GraphRequest {
  std::string model_path = {};
  std::string method = "forward";
  std::string kind = {};            // graph, inlined, executed
  std::string inputs_tensors = {};  // for executed: the calls that warm it up
  std::string device = "cpu";
  int threads = 1;
  Executor executor = Executor::standard;
};

struct GraphResult {
  std::string text = {};
};

}  // namespace tsctl
