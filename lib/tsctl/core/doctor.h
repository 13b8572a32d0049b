#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tsctl/core/base/enum_names.h"
#include "tsctl/core/base/field.h"

namespace tsctl {

enum class FindingStatus { ok, missing, off };

constexpr auto names_of(FindingStatus) {
  using enum FindingStatus;
  return std::to_array<Named<FindingStatus>>({{ok, "ok"}, {missing, "missing"}, {off, "off"}});
}

// Something that is available or not: a performance feature of this LibTorch, a device, a package.
struct Finding {
  std::string name = {};
  FindingStatus status = FindingStatus::missing;
  std::string detail = {};
  std::string hint = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, Finding& value) {
  visit("name", value.name, "What was looked for");
  visit("status", value.status, "off: it is available but must be switched on");
  visit("detail", value.detail, "What was found");
  visit("hint", value.hint, "How to get it");
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
  visit("libtorch_version", value.libtorch_version, "The version of the LibTorch that was loaded");
  visit("built_for", value.built_for, "The version of torch that the engine was built for");
  visit("cpu_capability", value.cpu_capability, "The instruction set that LibTorch's kernels use");
  visit("parallel_backend", value.parallel_backend,
        "LibTorch's parallel back end and its number of threads");
  visit("levers", value.levers,
        "Performance features of this LibTorch, and whether they are available");
  visit("devices", value.devices, "CUDA devices, if they were looked for");
}

}  // namespace tsctl
