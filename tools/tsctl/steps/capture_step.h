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
  std::vector<std::string> accepted_branches = {};
};

// Writes the captured file to `model_path` and the inputs and outputs of eager mode to `tensors_path`. The result's
// status says whether there is a module; require_captured() throws if there is none.
CaptureResult capture_step(CommandSession& session, const CapturePlan& plan,
                           const std::string& model_path, const std::string& tensors_path);

// Throws Error{capture} if no attempt gave a module.
void require_captured(const CaptureResult& capture);

// A model that Python runs, and its settings.
struct PythonRun {
  SourceSpec source = {};
  // A TorchScript file in place of the SOURCE, for a runtime that exports it.
  std::string file = {};
  CaptureMode mode = CaptureMode::automatic;  // trace: outputs in the structure that a trace gives
  std::string inputs_from = {};               // a tensor file whose arguments replace the sets
  ArmSettings settings = {};
  std::string export_folder = {};  // for the settings' runtime
  std::string tensors_path = {};   // where inputs and outputs go
};

// Runs the model on the sets of `inputs` and writes `tensors_path`.
EagerResult eager_step(CommandSession& session, const ModelInputs& inputs, const PythonRun& run);

// Call it after a comparison in which the outputs of `source` and of the file `model_path` differ. Finds the first
// submodule of the file whose outputs differ and records it in that comparison.
void locate_step(CommandSession& session, const SourceSpec& source, const ModelInputs& inputs,
                 const ToleranceOptions& tolerance, const std::string& model_path);

}  // namespace tsctl
