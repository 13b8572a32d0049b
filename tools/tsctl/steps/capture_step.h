#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "session/command_session.h"
#include "steps/model_inputs.h"
#include "tsctl/archive/zip_append.h"
#include "tsctl/core/capture.h"
#include "tsctl/core/source.h"
#include "tsctl/core/tolerance.h"

namespace tsctl {

// What is captured, and how.
struct CapturePlan {
  SourceSpec source = {};
  ModelInputs inputs = {};
  CaptureMode mode = CaptureMode::automatic;
  ToleranceOptions tolerance = {};
  std::vector<NewRecord> extras = {};
  std::vector<std::pair<std::string, std::string>> trace_submodules = {};
  std::vector<std::string> script_submodules = {};
  bool require_general = false;
};

// Captures to `model_path`, and eager's inputs and outputs to `tensors_path`. A capture that gave no module is in the
// result's status; require_captured() makes an error of it.
CaptureResult capture_step(Run& run, const CapturePlan& plan, const std::string& model_path,
                           const std::string& tensors_path);

// Throws Error{capture} if no way of capturing gave a module.
void require_captured(const CaptureResult& capture);

// How a model runs in Python where it is not eager's plain way.
struct PythonSettings {
  bool compile = false;      // through torch.compile
  std::string runtime = {};  // exported for another runtime, into `folder`:
  std::string folder = {};
  std::string file = {};  // a TorchScript file in the place of the SOURCE
  ArmTuning tuning = {};
  std::optional<int> threads = {};  // other than the run's
};

// Runs `source` eagerly on the sets, or on the arguments of `inputs_from`, and writes `tensors_path`. With mode trace
// its outputs have the structure that a trace gives them (flat where TorchScript has no such type).
CaptureResult eager_step(Run& run, const SourceSpec& source, const ModelInputs& inputs,
                         CaptureMode mode, const std::string& inputs_from,
                         const std::string& tensors_path, const PythonSettings& settings = {});

// After a comparison of `source` with the file `model_path` that differs: names the first submodule of the file that
// answers otherwise, in the comparison's record and as the error's detail.
void locate_step(Run& run, const SourceSpec& source, const ModelInputs& inputs,
                 const ToleranceOptions& tolerance, const std::string& model_path);

}  // namespace tsctl
