#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tsctl {

// Something that is there or is not: a speed lever of this LibTorch, a device, a package.
struct Finding {
  std::string name = {};
  std::string status = {};  // ok, missing, off
  std::string detail = {};
  std::string hint = {};  // how to get it
};

// Job "describe": what the loaded LibTorch is and can do.
struct DescribeRequest {
  bool with_cuda = false;  // load libtorch_cuda and look at the devices
};

struct DescribeResult {
  std::string libtorch_version = {};
  std::string built_for = {};
  std::string cpu_capability = {};
  std::string parallel_backend = {};
  std::vector<Finding> levers = {};
  std::vector<Finding> devices = {};
};

}  // namespace tsctl
