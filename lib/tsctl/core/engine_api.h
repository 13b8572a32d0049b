#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tsctl/core/arm.h"
#include "tsctl/core/base/events.h"
#include "tsctl/core/doctor.h"
#include "tsctl/core/graph.h"
#include "tsctl/core/rewrite.h"
#include "tsctl/core/verify.h"

namespace tsctl {

// What libtsctl_engine.so offers. Raised whenever a struct that crosses changes; both sides are built together.
inline constexpr int kEngineApiVersion = 5;

// Every function throws Error and nothing else.
struct EngineApi {
  int version = 0;
  std::string (*libtorch_version)() = nullptr;
  // Registers the operators of these shared libraries. Before any file is loaded.
  void (*load_op_libraries)(const std::vector<std::string>& paths) = nullptr;
  DescribeResult (*describe)(const DescribeRequest& request, Events& events) = nullptr;
  RewriteResult (*rewrite)(const RewriteRequest& request, Events& events) = nullptr;
  VerifyResult (*compare)(const VerifyRequest& request, Events& events) = nullptr;
  RunResult (*run)(const RunRequest& request, Events& events) = nullptr;
  GraphResult (*graph)(const GraphRequest& request, Events& events) = nullptr;
  std::unique_ptr<Arm> (*open_arm)(const ArmRequest& request, Events& events) = nullptr;
};

// The one symbol that libtsctl_engine.so exports.
inline constexpr const char* kEngineEntry = "tsctl_engine_api";
using EngineEntry = const EngineApi* (*)();

}  // namespace tsctl
