#include "steps.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "pass_listing.h"
#include "tsctl/core/did_you_mean.h"
#include "tsctl/core/tuning_warning.h"
#include "tsctl/worker/build_info.h"

namespace tsctl {

namespace {

// "cuda" or "cuda:N".
bool is_cuda_device(const std::string& text) {
  if (!text.starts_with("cuda")) return false;
  const std::string number = text.substr(4);
  return number.empty() || (number.size() > 1 && number[0] == ':' &&
                            number.find_first_not_of("0123456789", 1) == std::string::npos);
}

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

// A tuning is an arm's, which says more of it.
std::vector<Warning> without_tuning(std::vector<Warning> warnings) {
  std::erase_if(warnings,
                [](const Warning& warning) { return warning.code == kTuningNotAvailable; });
  return warnings;
}

void remember_inputs(Run& run, const ModelInputs& inputs, const CaptureResult& result) {
  record_inputs(run.report(), inputs, result.input_labels);
  if (!result.inputs_sha256.empty()) run.report().inputs.plan.file_sha256 = result.inputs_sha256;
}

// convert freezes twice, once for each file it times; what the second does again is no news.
void add_pass(Report& report, const PassRecord& pass) {
  const bool known =
      std::any_of(report.passes.begin(), report.passes.end(), [&](const PassRecord& earlier) {
        return earlier.pass == pass.pass && earlier.method == pass.method;
      });
  if (!known) report.passes.push_back(pass);
}

// A tolerance for an output that the model does not have would be ignored in silence.
void require_known_outputs(const std::vector<ToleranceOverride>& overrides, const std::string& flag,
                           const std::vector<std::string>& names) {
  for (const ToleranceOverride& given : overrides) {
    if (given.output.empty() || names.empty()) continue;
    if (std::find(names.begin(), names.end(), given.output) != names.end()) continue;
    std::string all;
    for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
    const std::string closest = closest_name(given.output, names);
    throw Error(ErrorKind::usage,
                flag + " names the output '" + given.output + "', which the model does not have",
                closest.empty() ? "its outputs are " + all
                                : "did you mean " + closest + "? its outputs are " + all);
  }
}

bool same_file(const std::string& left, const std::string& right) {
  std::error_code ignored;
  return std::filesystem::weakly_canonical(left, ignored) ==
         std::filesystem::weakly_canonical(right, ignored);
}

// Writing one of these files would destroy another.
void require_distinct_files(const std::vector<std::pair<std::string, std::string>>& written,
                            const std::vector<std::string>& read, bool in_place) {
  for (std::size_t i = 0; i < written.size(); ++i) {
    const auto& [flag, path] = written[i];
    if (!std::filesystem::is_regular_file(path) && std::filesystem::exists(path))
      continue;  // /dev/null
    for (std::size_t j = 0; j < i; ++j) {
      if (!same_file(path, written[j].second)) continue;
      throw Error(ErrorKind::usage,
                  written[j].first + " and " + flag + " name the same file '" + path + "'",
                  "give each its own name");
    }
    for (const std::string& model : read) {
      if ((in_place && flag == "-o") || model.empty() || !same_file(path, model)) continue;
      throw Error(ErrorKind::usage, flag + " names the file '" + path + "' that is read",
                  "give it a name of its own");
    }
    // A slip of the completion key must not cost anybody's code.
    if (path.ends_with(".py") && std::filesystem::exists(path)) {
      throw Error(ErrorKind::usage, flag + " would overwrite the Python source '" + path + "'",
                  "give it a name of its own");
    }
  }
}

}  // namespace

std::vector<std::string> files_of(const SourceSpec& source, const ModelInputs& inputs) {
  const std::string& given = inputs.plan.file;
  const std::size_t colon = given.rfind(".py:");
  return {source.file, source.weights,
          colon == std::string::npos ? given : given.substr(0, colon + 3)};
}

void check_before_start(Run& run, const std::string& output, const std::vector<std::string>& read,
                        const std::string& output_flag, bool in_place,
                        const std::vector<std::pair<std::string, std::string>>& others) {
  run.watch_interrupts();
  const ReportOptions& report = run.report_options();
  std::vector<std::pair<std::string, std::string>> written;
  if (!output.empty()) written.emplace_back(output_flag, output);
  if (!report.json.empty() && report.json != "-") written.emplace_back("--json", report.json);
  if (!report.csv.empty() && report.csv != "-") written.emplace_back("--csv", report.csv);
  if (!report.html.empty()) written.emplace_back("--html", report.html);
  for (const auto& other : others) {
    if (!other.second.empty()) written.push_back(other);
  }
  for (const auto& [flag, path] : written) require_writable_target(path, flag);
  try {
    require_distinct_files(written, read, in_place);
  } catch (const Error&) {
    run.leave_report_files_alone();
    throw;
  }
  if (run.options().device == "cpu") return;
  const std::string& device = run.options().device;
  if (!is_cuda_device(device)) {
    throw Error(ErrorKind::usage, "--device '" + device + "' is not a device",
                "write cpu, cuda or cuda:N");
  }
  run.enter("look at the device");
  const DescribeResult description = run.jobs().describe({.with_cuda = true});
  for (const Finding& finding : description.devices) {
    if (finding.status == "ok" && (device == "cuda" || finding.name == device)) return;
  }
  std::string seen;
  for (const Finding& finding : description.devices) {
    if (!finding.detail.empty()) seen += ": " + finding.detail;
  }
  throw Error(ErrorKind::environment,
              "--device " + device + ": there is no such device here" + seen,
              "leave --device out to use the CPU; tsctl doctor lists the devices");
}

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

RewriteResult rewrite_step(Run& run, RewriteGoal goal, const std::string& from,
                           const std::string& to, const PassFlags& passes,
                           const std::string& inputs_tensors) {
  const std::string name = goal == RewriteGoal::freeze ? "freeze" : "optimize";
  run.enter(name);
  RewriteResult result = run.jobs().rewrite(name, {.goal = goal,
                                                   .model_path = from,
                                                   .output_path = to,
                                                   .preserve = passes.preserve,
                                                   .disabled_passes = left_out_passes(passes),
                                                   .print_ir_before = passes.print_ir_before,
                                                   .print_ir_after = passes.print_ir_after,
                                                   .inputs_tensors = inputs_tensors,
                                                   .device = run.options().device,
                                                   .threads = run.threads()});
  run.warn_all(result.warnings);
  for (const PassRecord& pass : result.passes) add_pass(run.report(), pass);
  for (const std::string& method : result.methods) {
    if (method == "forward") continue;
    run.warn(
        {"method_not_verified", "the method '" + method +
                                    "' is kept and rewritten like forward, but only forward is "
                                    "run and compared; tsctl run --method " +
                                    method + " runs it"});
  }
  return result;
}

const VerifyResult& verify_step(Run& run, const Comparison& comparison,
                                const ToleranceOptions& tolerance, Executor executor) {
  run.enter("verify " + comparison.candidate);
  require_known_outputs(tolerance.rtol, "--rtol", comparison.output_names);
  require_known_outputs(tolerance.atol, "--atol", comparison.output_names);
  VerifyRequest request;
  request.model_path = comparison.model_path;
  request.candidate_tensors = comparison.candidate_tensors;
  request.reference_tensors = comparison.reference_tensors;
  request.device = run.options().device;
  request.threads = comparison.threads.value_or(run.threads());
  request.executor = executor;
  request.tuning = comparison.tuning;
  request.tolerance = tolerance;
  request.output_names = comparison.output_names;
  VerifyResult result = run.jobs().compare("verify " + comparison.candidate, request);
  result.reference = comparison.reference;
  result.candidate = comparison.candidate;
  Report& report = run.report();
  // The same reference proves as little to each of its candidates; once is enough.
  if (report.verify.empty()) run.warn_all(without_tuning(result.warnings));
  report.verify.push_back(std::move(result));
  return report.verify.back();
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

std::string raised_by(const VerifyResult& result) {
  for (const CallComparison& call : result.calls) {
    for (const OutputComparison& output : call.outputs) {
      if (output.reason == "raised") return output.detail;
    }
  }
  return {};
}

ExitCode judge_comparison(Run& run, const VerifyResult& result) {
  if (result.status == "same") return ExitCode::ok;
  if (const std::string raised = raised_by(result); !raised.empty()) {
    run.report().error =
        ErrorInfo{.kind = std::string(name_from_kind(ErrorKind::execution)),
                  .phase = "verify",
                  .message = "'" + result.candidate + "': " + raised,
                  .hint = "'" + result.reference +
                          "' takes the same inputs; give others with --input or --dim"};
    return ExitCode::execution;
  }
  record_check_failure(
      run, "verify",
      "the outputs of '" + result.candidate + "' differ from those of '" + result.reference + "'",
      result.would_pass_rtol
          ? "a larger --rtol accepts more; the verify lines say which would pass"
          : "no --rtol accepts this; the verify lines say where they differ, and "
            "--equal-nan takes NaN for equal to NaN");
  return ExitCode::check_failed;
}

ExitCode worse_of(ExitCode left, ExitCode right) {
  if (left == ExitCode::execution || right == ExitCode::execution) return ExitCode::execution;
  return left == ExitCode::ok ? right : left;
}

void record_check_failure(Run& run, const std::string& phase, const std::string& message,
                          const std::string& hint) {
  if (run.report().error) return;  // the first failure is the one that explains
  run.report().error =
      ErrorInfo{.kind = "check_failed", .phase = phase, .message = message, .hint = hint};
}

void publish_step(Run& run, OutputFile& file) {
  run.enter("write " + file.target().string());
  ArtifactInfo artifact{.path = file.target().string(), .status = "written"};
  artifact.size_bytes = static_cast<std::int64_t>(std::filesystem::file_size(file.path()));
  artifact.sha256 = sha256_of_file(file.path());
  file.commit();
  run.report().artifact = artifact;
}

void withhold_step(Run& run, OutputFile& file, bool keep_failed, const std::string& reason) {
  ArtifactInfo artifact{.path = file.target().string(), .status = "not_written", .reason = reason};
  if (keep_failed && std::filesystem::file_size(file.path()) > 0) {
    artifact.size_bytes = static_cast<std::int64_t>(std::filesystem::file_size(file.path()));
    artifact.sha256 = sha256_of_file(file.path());
    artifact.path = file.commit_as_failed();
    artifact.status = "kept_failed";
  }
  run.report().artifact = artifact;
}

Manifest manifest_from(const SourceSpec& source, const ModelInputs& inputs,
                       const CaptureResult& capture) {
  Manifest manifest{.source = source.text};
  manifest.kwargs_json = source.kwargs_json;
  manifest.class_name = capture.class_name;
  manifest.capture_mode = capture.mode;
  manifest.adapter = capture.adapter;
  manifest.torch_version = capture.torch_version;
  manifest.python_version = capture.python_version;
  manifest.inputs = inputs.plan;
  manifest.inputs.file_sha256 = capture.inputs_sha256;
  manifest.parameters = capture.parameters;
  manifest.output_names = capture.output_names;
  manifest.input_structure = capture.input_structure;
  manifest.output_structure = capture.output_structure;
  manifest.generality = capture.generality;
  manifest.checked_sets = capture.input_labels;
  manifest.not_checked = capture.not_checked;
  manifest.steps.push_back(
      {.command = capture.mode, .tsctl_version = kVersion, .torch_version = capture.torch_version});
  return manifest;
}

ManifestStep manifest_step(const std::string& command, const std::vector<PassRecord>& passes,
                           const std::vector<std::string>& preserved) {
  ManifestStep step{.command = command, .tsctl_version = kVersion, .torch_version = kBuiltForTorch};
  for (const PassRecord& pass : passes) {
    const bool seen =
        std::find(step.passes.begin(), step.passes.end(), pass.pass) != step.passes.end();
    if (pass.status != "disabled" && !seen) step.passes.push_back(pass.pass);
  }
  step.preserved = preserved;
  return step;
}

}  // namespace tsctl
