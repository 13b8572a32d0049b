#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tsctl/core/capture_result.h"
#include "tsctl/core/capture_vocabulary.h"
#include "tsctl/core/inputs/input_sets.h"
#include "tsctl/core/inputs/input_spec.h"
#include "tsctl/core/model_request.h"
#include "tsctl/core/tolerance.h"

namespace tsctl {

// Job "capture": build the module, run eager on every set, capture, compare, save.
struct CaptureRequest {
  ModelRequest model = {};
  CaptureMode mode = CaptureMode::automatic;
  std::vector<ProbeSet> probes = {};
  std::vector<NamedSize> named_sizes = {};
  int threads = 1;
  std::vector<std::pair<std::string, std::string>> trace_submodules =
      {};  // path, shape of its input ("" = as it is called)
  std::vector<std::string> script_submodules = {};  // paths
  // Refuse a module that follows eager at every declared size but not at others. Otherwise such a module is kept
  // with a check of its inputs' sizes.
  bool require_general = false;
  std::vector<std::string> accepted_branches = {};  // FILE:LINE
  ToleranceOptions tolerance = {};
  std::string model_path = {};    // where the captured file goes
  std::string tensors_path = {};  // where inputs and eager's outputs go
};

template <typename Visitor>
void visit_fields(Visitor& visit, CaptureRequest& value) {
  visit("model", value.model);
  visit("mode", value.mode);
  visit("probes", value.probes);
  visit("named_sizes", value.named_sizes);
  visit("threads", value.threads);
  visit("trace_submodules", value.trace_submodules);
  visit("script_submodules", value.script_submodules);
  visit("require_general", value.require_general);
  visit("accepted_branches", value.accepted_branches);
  visit("tolerance", value.tolerance);
  visit("model_path", value.model_path);
  visit("tensors_path", value.tensors_path);
}

}  // namespace tsctl
