#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tsctl/core/arm.h"
#include "tsctl/core/base/events.h"

namespace tsctl {

inline constexpr int kCaptureApiVersion = 4;

// The Python that is embedded.
struct PythonSite {
  std::string executable = {};     // the environment's python; makes its site-packages visible
  std::string library = {};        // libpython, loaded before libtsctl_capture.so
  std::string version = {};        // "3.11"
  std::string torch_version = {};  // of the environment, "" if it has none
  std::vector<std::string> missing = {};  // packages that capture needs and the environment lacks
  std::string package_dir = {};           // holds the package tsctl_capture
  // Libraries of operators that the environment's packages bring: torchvision's, torchaudio's.
  std::vector<std::string> found_op_libraries = {};
  std::vector<std::string> op_libraries = {};  // to load before the job
};

template <typename Visitor>
void visit_fields(Visitor& visit, PythonSite& value) {
  visit("executable", value.executable);
  visit("library", value.library);
  visit("version", value.version);
  visit("torch_version", value.torch_version);
  visit("missing", value.missing);
  visit("package_dir", value.package_dir);
  visit("found_op_libraries", value.found_op_libraries);
  visit("op_libraries", value.op_libraries);
}

// What libtsctl_capture.so offers. Requests and results are JSON documents, which C++ and Python both read; their keys
// are the members of the structs in core. Throws Error and nothing else.
struct CaptureApi {
  int version = 0;
  // Runs tsctl_capture.jobs.<job>(request) and returns its result.
  std::string (*call)(const PythonSite& site, const std::string& job,
                      const std::string& request_json, Events& events) = nullptr;
  std::unique_ptr<Arm> (*open_arm)(const PythonSite& site, const std::string& request_json,
                                   Events& events) = nullptr;
};

// The one symbol that libtsctl_capture.so exports.
inline constexpr const char* kCaptureEntry = "tsctl_capture_api";
using CaptureEntry = const CaptureApi* (*)();

}  // namespace tsctl
