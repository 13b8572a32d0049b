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

template <typename Visitor>
void visit_fields(Visitor& visit, Finding& value) {
  visit("name", value.name);
  visit("status", value.status);
  visit("detail", value.detail);
  visit("hint", value.hint);
}

// Job "describe": what the loaded LibTorch is and can do.
struct DescribeRequest {
  bool with_cuda = false;  // load libtorch_cuda and look at the devices
};

template <typename Visitor>
void visit_fields(Visitor& visit, DescribeRequest& value) {
  visit("with_cuda", value.with_cuda);
}

struct DescribeResult {
  std::string libtorch_version = {};
  std::string built_for = {};
  std::string cpu_capability = {};
  std::string parallel_backend = {};
  std::vector<Finding> levers = {};
  std::vector<Finding> devices = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, DescribeResult& value) {
  visit("libtorch_version", value.libtorch_version);
  visit("built_for", value.built_for);
  visit("cpu_capability", value.cpu_capability);
  visit("parallel_backend", value.parallel_backend);
  visit("levers", value.levers);
  visit("devices", value.devices);
}

}  // namespace tsctl
