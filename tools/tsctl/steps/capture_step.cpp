#include "steps/capture_step.h"

#include <filesystem>

#include "steps/warnings.h"
#include "tsctl/core/base/error.h"

namespace tsctl {

namespace {

void require_source_file(const SourceSpec& source) {
  if (source.file.empty() || std::filesystem::is_regular_file(source.file)) return;
  throw Error(ErrorKind::input,
              "'" + source.file + "' of SOURCE '" + source.text + "' is not a file",
              "check the path; SOURCE is path/to/file.py:Name or package.module:Name");
}

CaptureRequest capture_request(Run& run, const SourceSpec& source, const ModelInputs& inputs) {
  require_source_file(source);
  CaptureRequest request{.source = source};
  request.sets = inputs.sets;
  request.inputs_file = inputs.plan.file;
  request.seed = inputs.plan.seed;
  request.device = run.options().device;
  request.threads = run.threads();
  return request;
}

std::string python_way(const PythonSettings& settings) {
  if (!settings.runtime.empty()) return " with " + settings.runtime;
  return settings.compile ? " through torch.compile" : " eagerly";
}

void remember_inputs(Run& run, const ModelInputs& inputs, const CaptureResult& result) {
  record_inputs(run.report(), inputs, result.input_labels);
  if (!result.inputs_sha256.empty()) run.report().inputs.plan.file_sha256 = result.inputs_sha256;
}

}  // namespace

CaptureResult capture_step(Run& run, const CapturePlan& plan, const std::string& model_path,
                           const std::string& tensors_path) {
  const ModelInputs& inputs = plan.inputs;
  CaptureRequest request = capture_request(run, plan.source, inputs);
  request.mode = plan.mode;
  request.probes = inputs.probes;
  request.named_sizes = inputs.named_sizes;
  request.tolerance = plan.tolerance;
  request.trace_submodules = plan.trace_submodules;
  request.script_submodules = plan.script_submodules;
  request.require_general = plan.require_general;
  request.model_path = model_path;
  request.tensors_path = tensors_path;
  run.enter("capture");
  CaptureResult result = run.jobs().capture("capture", "capture", run.python(), request);
  run.warn_all(result.warnings);
  remember_inputs(run, inputs, result);
  run.report().capture = result;
  return result;
}

void require_captured(const CaptureResult& capture) {
  if (!capture.failure) return;
  throw Error(ErrorKind::capture, capture.failure->message, capture.failure->hint,
              capture.failure->detail);
}

CaptureResult eager_step(Run& run, const SourceSpec& source, const ModelInputs& inputs,
                         CaptureMode mode, const std::string& inputs_from,
                         const std::string& tensors_path, const PythonSettings& settings) {
  CaptureRequest request = capture_request(run, source, inputs);
  request.mode = mode;
  request.inputs_from = inputs_from;
  request.compile = settings.compile;
  request.runtime = settings.runtime;
  request.tuning = settings.tuning;
  if (settings.threads) request.threads = *settings.threads;
  request.candidate_path = settings.file;
  request.model_path = settings.folder;
  request.tensors_path = tensors_path;
  const std::string model = settings.file.empty() ? source.text : settings.file;
  run.enter("run " + model + python_way(settings));
  const std::string job = settings.runtime.empty() ? "eager" : "runtime";
  CaptureResult result = run.jobs().capture(job, job, run.python(), request);
  run.warn_all(without_tuning(result.warnings));
  if (inputs_from.empty()) remember_inputs(run, inputs, result);
  return result;
}

void locate_step(Run& run, const SourceSpec& source, const ModelInputs& inputs,
                 const ToleranceOptions& tolerance, const std::string& model_path) {
  CaptureRequest request = capture_request(run, source, inputs);
  request.tolerance = tolerance;
  request.candidate_path = model_path;
  const std::string phase = run.phase();
  run.enter("locate the difference");
  const CaptureResult result = run.jobs().capture("locate", "locate", run.python(), request);
  run.enter(phase);
  run.report().verify.back().first_submodule = result.difference;
}

}  // namespace tsctl
