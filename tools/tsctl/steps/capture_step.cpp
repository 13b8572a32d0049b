#include "steps/capture_step.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "steps/tuning_warnings.h"
#include "tsctl/archive/debug_records.h"
#include "tsctl/core/base/error.h"

namespace tsctl {

namespace {

void require_source_file(const SourceSpec& source) {
  if (source.file.empty() || std::filesystem::is_regular_file(source.file)) return;
  throw Error(ErrorKind::input,
              fmt::format("'{}' of SOURCE '{}' is not a file", source.file, source.text),
              "check the path; SOURCE is path/to/file.py:Name or package.module:Name");
}

void require_torchscript_on() {
  const char* setting = std::getenv("PYTORCH_JIT");
  if (setting == nullptr || std::string_view(setting) != "0") return;
  throw Error(ErrorKind::environment,
              "the environment variable PYTORCH_JIT=0 turns TorchScript off in torch",
              "run the command without it: env -u PYTORCH_JIT tsctl …");
}

// The folder that SOURCE's own code is imported from.
std::filesystem::path root_of(const SourceSpec& source) {
  if (source.file.empty()) return std::filesystem::current_path();
  std::filesystem::path folder = std::filesystem::absolute(source.file).parent_path();
  while (folder.has_relative_path() && std::filesystem::exists(folder / "__init__.py"))
    folder = folder.parent_path();
  return folder;
}

// " eagerly", for a message.
std::string way_of(const ArmSettings& settings) {
  if (!settings.runtime.empty()) return " with " + settings.runtime;
  return settings.compile ? " through torch.compile" : " eagerly";
}

void remember_inputs(CommandSession& session, const ModelInputs& inputs,
                     const std::vector<std::string>& labels, const std::string& sha256) {
  record_inputs(session.report(), inputs, labels);
  if (!sha256.empty()) session.report().inputs.plan.file_sha256 = sha256;
}

ModelRequest model_request(const CommandSession& session, const SourceSpec& source,
                           const ModelInputs& inputs) {
  return {.source = source,
          .sets = inputs.sets,
          .inputs_file = inputs.plan.file,
          .seed = inputs.plan.seed,
          .device = session.options().device};
}

EagerResult run_in_python(CommandSession& session, const ModelInputs& inputs,
                          const PythonRun& run) {
  EagerRequest request{.model = model_request(session, run.source, inputs),
                       .mode = run.mode,
                       .settings = run.settings,
                       .tensors_path = run.tensors_path};
  request.model.inputs_from = run.inputs_from;
  const PythonSite& site = session.python();
  if (run.settings.runtime.empty()) return session.jobs().eager(site, request);
  return session.jobs().runtime(
      site, {.run = request, .candidate_path = run.file, .model_path = run.export_folder});
}

}  // namespace

CaptureResult capture_step(CommandSession& session, const CapturePlan& plan,
                           const std::string& model_path, const std::string& tensors_path) {
  require_torchscript_on();
  require_source_file(plan.source);
  const ModelInputs& inputs = plan.inputs;
  session.enter("capture");
  const CaptureRequest request{.model = model_request(session, plan.source, inputs),
                               .mode = plan.mode,
                               .probes = inputs.probes,
                               .named_sizes = inputs.named_sizes,
                               .threads = session.threads(),
                               .trace_submodules = plan.trace_submodules,
                               .script_submodules = plan.script_submodules,
                               .require_general = plan.require_general,
                               .accepted_branches = plan.accepted_branches,
                               .tolerance = plan.tolerance,
                               .model_path = model_path,
                               .tensors_path = tensors_path};
  CaptureResult result = session.jobs().capture(session.python(), request);
  result.weights = plan.source.weights;
  if (result.weights.empty()) result.weights_seed = inputs.plan.seed;
  session.warn_all(result.warnings);
  remember_inputs(session, inputs, result.input_labels, result.inputs_sha256);
  session.report().capture = result;
  std::error_code ignored;
  if (std::filesystem::file_size(model_path, ignored) > 0 && !ignored)
    make_debug_paths_relative(model_path, root_of(plan.source).string());
  return result;
}

void require_captured(const CaptureResult& capture) {
  if (!capture.failure) return;
  throw Error(ErrorKind::capture, capture.failure->message, capture.failure->hint,
              capture.failure->detail);
}

EagerResult eager_step(CommandSession& session, const ModelInputs& inputs, const PythonRun& run) {
  require_source_file(run.source);
  session.enter("run " + (run.file.empty() ? run.source.text : run.file) + way_of(run.settings));
  EagerResult result = run_in_python(session, inputs, run);
  session.warn_all(without_tuning(result.warnings));
  if (run.inputs_from.empty())
    remember_inputs(session, inputs, result.input_labels, result.inputs_sha256);
  return result;
}

void locate_step(CommandSession& session, const SourceSpec& source, const ModelInputs& inputs,
                 const ToleranceOptions& tolerance, const std::string& model_path) {
  require_source_file(source);
  const std::string phase = session.phase();
  session.enter("locate the difference");
  const auto difference =
      session.jobs().locate(session.python(), {.model = model_request(session, source, inputs),
                                               .threads = session.threads(),
                                               .tolerance = tolerance,
                                               .candidate_path = model_path});
  session.enter(phase);
  session.report().verify.back().first_submodule = difference;
}

}  // namespace tsctl
