#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "manifest_io.h"
#include "model_inputs.h"
#include "option_groups.h"
#include "run.h"
#include "tsctl/core/capture.h"
#include "tsctl/core/report.h"
#include "tsctl/worker/files.h"

// The steps that commands are made of. Each notes what it did in the run's report.
namespace tsctl {

// Checks before anything is started that every file to be written can be and destroys none of the others or of those
// that are read, and that the device is there. `output` is the value of `output_flag`, "" without one;
// with `in_place` it may be one of those that are read. `others` are further files to be written, each with its flag; paths
// may be empty.
void check_before_start(Run& run, const std::string& output, const std::vector<std::string>& read,
                        const std::string& output_flag = "-o", bool in_place = false,
                        const std::vector<std::pair<std::string, std::string>>& others = {});

// The user's files that a SOURCE and its inputs are read from; some may be empty.
std::vector<std::string> files_of(const SourceSpec& source, const ModelInputs& inputs);

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

// `inputs_tensors`: calls that a pass may run to see the shapes of the graph; empty where inputs are not known.
RewriteResult rewrite_step(Run& run, RewriteGoal goal, const std::string& from,
                           const std::string& to, const PassFlags& passes,
                           const std::string& inputs_tensors);

// What is compared, and how.
struct Comparison {
  std::string reference = {};  // labels
  std::string candidate = {};
  std::string reference_tensors = {};
  std::string model_path = {};  // one of these two
  std::string candidate_tensors = {};
  std::vector<std::string> output_names = {};
  ArmTuning tuning = {};
  std::optional<int> threads = {};  // other than the run's
};

// Adds the result to the report and gives it.
const VerifyResult& verify_step(Run& run, const Comparison& comparison,
                                const ToleranceOptions& tolerance, Executor executor);

// After a comparison of `source` with the file `model_path` that differs: names the first submodule of the file that
// answers otherwise, in the comparison's record and as the error's detail.
void locate_step(Run& run, const SourceSpec& source, const ModelInputs& inputs,
                 const ToleranceOptions& tolerance, const std::string& model_path);

// What the candidate raised on inputs that the reference takes; "" if it raised nowhere.
std::string raised_by(const VerifyResult& result);

// The exit that a comparison means, noted in the report: check_failed where outputs differ, execution where the
// candidate raised on inputs that the reference takes.
ExitCode judge_comparison(Run& run, const VerifyResult& result);

// The one of two exits that the contract ranks first, of ok, check_failed and execution.
ExitCode worse_of(ExitCode left, ExitCode right);

// Notes a failed check in the report: what failed, and what to do.
void record_check_failure(Run& run, const std::string& phase, const std::string& message,
                          const std::string& hint);

// Gives the file its name and notes it.
void publish_step(Run& run, OutputFile& file);

// Notes that there is no file, or that it was kept although it failed.
void withhold_step(Run& run, OutputFile& file, bool keep_failed, const std::string& reason);

// The manifest of a file that was just captured.
Manifest manifest_from(const SourceSpec& source, const ModelInputs& inputs,
                       const CaptureResult& capture);

// What a step did, for the manifest.
ManifestStep manifest_step(const std::string& command, const std::vector<PassRecord>& passes,
                           const std::vector<std::string>& preserved);

}  // namespace tsctl
