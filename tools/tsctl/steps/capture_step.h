#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "session/command_session.h"
#include "steps/model_inputs.h"
#include "tsctl/archive/zip_append.h"
#include "tsctl/core/capture.h"
#include "tsctl/core/python_jobs.h"
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
CaptureResult capture_step(CommandSession& session, const CapturePlan& plan,
                           const std::string& model_path, const std::string& tensors_path);

// Throws Error{capture} if no way of capturing gave a module.
void require_captured(const CaptureResult& capture);

// A model that Python runs, and how.
struct PythonRun {
  SourceSpec source = {};
  std::string file =
      {};  // a TorchScript file in place of the SOURCE, for a runtime that exports it
  CaptureMode mode = CaptureMode::automatic;  // trace: outputs in the structure that a trace gives
  std::string inputs_from = {};               // a tensor file whose arguments replace the sets
  ArmSettings settings = {};
  std::string export_folder = {};  // for the settings' runtime
  std::string tensors_path = {};   // where inputs and outputs go
};

// Runs the model on the sets of `inputs` and writes `tensors_path`.
EagerResult eager_step(CommandSession& session, const ModelInputs& inputs, const PythonRun& run);

// After a comparison of `source` with the file `model_path` that differs: names the first submodule of the file whose
// outputs differ, in the comparison's record.
void locate_step(CommandSession& session, const SourceSpec& source, const ModelInputs& inputs,
                 const ToleranceOptions& tolerance, const std::string& model_path);

}  // namespace tsctl
