#include "commands/rewrite_command.h"

#include <fmt/format.h>

#include <filesystem>

#include "options/pass_listing.h"
#include "session/op_libraries.h"
#include "steps/bisect_step.h"
#include "steps/left_out_step.h"
#include "steps/loaded_files.h"
#include "steps/manifest.h"
#include "steps/preflight.h"
#include "steps/publish_step.h"
#include "steps/rewrite_step.h"
#include "steps/verify_step.h"
#include "tsctl/archive/debug_records.h"
#include "tsctl/archive/file_kind.h"
#include "tsctl/core/manifest.h"
#include "tsctl/files/output_file.h"
#include "tsctl/files/scratch_file.h"

namespace tsctl {

namespace {

// Runs the input file and gives its outputs.
ScratchFile reference_outputs(CommandSession& session, const RewriteFlags& flags,
                              const std::string& arguments, const std::filesystem::path& folder) {
  ScratchFile reference(folder);
  session.name_file(reference.path(), flags.output.output + " (outputs to compare with)");
  session.enter("run " + flags.model);
  const RunResult run =
      session.jobs().run("run the input file", {.model_path = flags.model,
                                                .inputs_tensors = arguments,
                                                .outputs_tensors = reference.path(),
                                                .device = session.options().device,
                                                .settings = session.settings(),
                                                .every_call = true});
  session.warn_all(run.warnings);
  return reference;
}

void bisect(CommandSession& session, const RewriteFlags& flags, const std::string& arguments,
            const std::string& reference, const std::filesystem::path& folder,
            const std::vector<std::string>& output_names) {
  const ScratchFile scratch(folder);
  session.name_file(scratch.path(), flags.output.output + " (with some rewrites)");
  bisect_step(session, {.rewrite = rewrite_request(session, flags.goal, flags.model, scratch.path(),
                                                   flags.passes, arguments),
                        .comparison = {.model_path = scratch.path(),
                                       .reference_tensors = reference,
                                       .device = session.options().device,
                                       .settings = session.settings(),
                                       .tolerance = tolerance_from(flags.tolerance),
                                       .output_names = output_names},
                        .timed = flags.passes.check_speed});
}

void load_again(CommandSession& session, const std::string& path, const std::string& method) {
  session.enter("load the written file");
  session.jobs().graph({.model_path = path,
                        .method = method,
                        .kind = GraphKind::graph,
                        .device = session.options().device,
                        .settings = session.settings()});
}

// Whether to compare outputs. Without inputs optimize fails, and freeze goes on with a warning.
bool wants_comparison(CommandSession& session, const RewriteFlags& flags,
                      const ModelInputs& inputs) {
  if (!flags.verify) return false;
  if (inputs.given()) return true;
  if (flags.goal == RewriteGoal::optimize) {
    throw_inputs_missing(flags.model, name_of(flags.goal),
                         ", or --no-verify to skip the comparison");
  }
  session.warn({WarningCode::not_verified,
                fmt::format("'{}' does not record its inputs: the frozen file is loaded but not "
                            "run; give --input to compare its outputs",
                            flags.model)});
  return false;
}

// The manifest of the input file, with this step.
Manifest next_manifest(CommandSession& session, const RewriteFlags& flags,
                       const std::optional<Manifest>& recorded, const ModelInputs& inputs,
                       const RewriteResult& result) {
  Manifest manifest = recorded.value_or(Manifest{.inputs = inputs.plan});
  if (inputs.given())
    manifest.inputs = inputs.plan;  // what the flags changed, or what was recorded
  move_paths(manifest, flags.model, flags.output.output);
  manifest.op_libraries = op_libraries_to_remember(session, flags.model, flags.output.output);
  ManifestStep step = manifest_step(name_of(flags.goal), result, flags.passes.preserve);
  step.input_sha256 = digest_in(session.report(), FileUse::model, flags.model);
  step.debug_stripped = flags.output.strip_debug;
  manifest.steps.push_back(std::move(step));
  return manifest;
}

// What a rewrite needs besides the input file.
struct Given {
  ModelInputs inputs = {};
  std::optional<Manifest> recorded = {};
  std::vector<NewRecord> extras = {};
  std::string arguments = {};  // a file with the calls; empty if the inputs are unknown
};

// The output: the rewritten model with its manifest and the extra files.
class RewrittenFile {
 public:
  RewrittenFile(CommandSession& session, const RewriteFlags& flags, Given given, std::string path)
      : session_(session),
        flags_(flags),
        given_(std::move(given)),
        path_(std::move(path)),
        kept_(read_user_extras(flags.model)) {}

  void write(const PassFlags& passes) {
    const RewriteResult result =
        rewrite_step(session_, flags_.goal, flags_.model, path_, passes, given_.arguments);
    if (result.was_frozen) {
      session_.warn(
          {WarningCode::already_frozen,
           fmt::format("'{}' is already frozen: its weights are constants", flags_.model)});
    }
    if (flags_.output.strip_debug) strip_debug_records(path_);
    manifest_ = next_manifest(session_, flags_, given_.recorded, given_.inputs, result);
    attach(path_, manifest_, kept_, given_.extras);
    method_ = result.methods.empty() ? "forward" : result.methods.front();
  }

  // Compares the outputs with those of the input file, and keeps to exact passes if the others change them.
  ExitCode verify(const std::filesystem::path& folder) {
    const ScratchFile reference = reference_outputs(session_, flags_, given_.arguments, folder);
    compare(reference.path());
    if (flags_.bisect)
      bisect(session_, flags_, given_.arguments, reference.path(), folder, manifest_.output_names);
    PassFlags passes = flags_.passes;
    leave_out_inexact_passes(session_, passes, [&] {
      write(passes);
      compare(reference.path());
    });
    const VerifyResult& result = session_.report().verify.back();
    const ExitCode code = judge_comparison(session_, result);
    if (code == ExitCode::check_failed && flags_.goal == RewriteGoal::optimize && !flags_.bisect)
      session_.report().error->hint += "; --bisect names the rewrite that is at fault";
    if (code != ExitCode::ok) return code;
    record_verification(manifest_, result, "input");
    attach(path_, manifest_, kept_, given_.extras);
    return code;
  }

  void load() { load_again(session_, path_, method_); }

 private:
  void compare(const std::string& reference) {
    verify_step(session_, {.reference = flags_.model,
                           .candidate = flags_.output.output,
                           .reference_tensors = reference,
                           .model_path = path_,
                           .output_names = manifest_.output_names,
                           .settings = session_.settings(),
                           .tolerance = tolerance_from(flags_.tolerance)});
  }

  CommandSession& session_;
  const RewriteFlags& flags_;
  const Given given_;
  const std::string path_;
  const std::vector<NewRecord> kept_;
  Manifest manifest_ = {};
  std::string method_ = "forward";  // the first of the written file
};

std::vector<ReadFile> files_read(const RewriteFlags& flags, const ModelInputs& inputs) {
  std::vector<ReadFile> files{{FileUse::model, flags.model}};
  for (ReadFile& file : files_of(SourceSpec{}, inputs)) files.push_back(std::move(file));
  return files;
}

// Checks the flags, and reads what the file says of its inputs.
Given given_from(CommandSession& session, const RewriteFlags& flags) {
  check_pass_flags(flags.passes, flags.goal);
  tolerance_from(flags.tolerance);  // throws for one that cannot be read
  if (flags.bisect && !flags.verify) {
    throw Error(ErrorKind::usage, "--bisect needs the comparison that --no-verify skips",
                "leave one of them out");
  }
  Given given{.extras = extras_from(flags.output.extra)};
  session.report().model.path = flags.model;
  require_torchscript(flags.model, true);
  given.recorded = read_manifest(flags.model);
  given.inputs = resolve_inputs(flags.inputs, given.recorded);
  record_inputs(session.report(), given.inputs);
  return given;
}

// A file with the calls. The inputs file that a manifest names may be missing: only a comparison needs it.
std::optional<ScratchFile> arguments_for(CommandSession& session, const ModelInputs& inputs,
                                         bool verify, const std::filesystem::path& folder) {
  const bool drawn = inputs.given() && inputs.plan.file.empty();
  if (!verify && !drawn) return std::nullopt;
  return write_inputs(session, inputs, folder);
}

}  // namespace

void add_rewrite_options(CLI::App& command, RewriteFlags& flags) {
  add_positional(command, "IN.pt", flags.model, "The TorchScript file to start from");
  add_output_options(command, flags.output, true);
  add_pass_options(command, flags.passes);
  add_list_passes(command);
  add_input_options(command, flags.inputs);
  add_tolerance_options(command, flags.tolerance);
  add_run_options(command, flags.run);
  add_inputs_python_option(command, flags.run);
  add_report_options(command, flags.report);
}

ExitCode rewrite_command(CommandSession& session, const RewriteFlags& flags) {
  Given given = given_from(session, flags);
  const bool verify = wants_comparison(session, flags, given.inputs);
  check_before_start(session, {.output = flags.output.output,
                               .in_place = true,
                               .read = files_read(flags, given.inputs),
                               .extras = flags.output.extra});
  check_loaded_files(session, {flags.model});

  OutputFile file(flags.output.output, "-o");
  session.name_file(file.path(), flags.output.output);
  const std::filesystem::path folder = file.target().parent_path();
  const auto arguments = arguments_for(session, given.inputs, verify, folder);
  if (arguments) given.arguments = arguments->path();
  RewrittenFile rewritten(session, flags, std::move(given), file.path());
  rewritten.write(flags.passes);
  if (!verify) {
    rewritten.load();
  } else if (const ExitCode code = rewritten.verify(folder); code != ExitCode::ok) {
    withhold_step(session, file, flags.output.keep_failed, "outputs differ");
    return code;
  }
  publish_model_step(session, file);
  return ExitCode::ok;
}

}  // namespace tsctl
