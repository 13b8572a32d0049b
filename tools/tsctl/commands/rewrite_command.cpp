#include "commands/rewrite_command.h"

#include <fmt/format.h>

#include <filesystem>

#include "options/pass_listing.h"
#include "session/op_libraries.h"
#include "steps/bisect_step.h"
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

// Compares the outputs of the rewritten file with those of the input file. Returns the exit code of the comparison.
ExitCode compare_outputs(CommandSession& session, const RewriteFlags& flags,
                         const std::string& reference, const std::string& rewritten,
                         const std::vector<std::string>& output_names) {
  const VerifyResult& result = verify_step(session, {.reference = flags.model,
                                                     .candidate = flags.output.output,
                                                     .reference_tensors = reference,
                                                     .model_path = rewritten,
                                                     .output_names = output_names,
                                                     .settings = session.settings(),
                                                     .tolerance = tolerance_from(flags.tolerance)});
  const ExitCode code = judge_comparison(session, result);
  if (code == ExitCode::check_failed && flags.goal == RewriteGoal::optimize && !flags.bisect)
    session.report().error->hint += "; --bisect names the rewrite that is at fault";
  return code;
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
bool wants_comparison(CommandSession& session, const RewriteFlags& flags, const std::string& name,
                      const ModelInputs& inputs) {
  if (!flags.verify) return false;
  if (inputs.given()) return true;
  if (flags.goal == RewriteGoal::optimize)
    throw_inputs_missing(flags.model, name, ", or --no-verify to skip the comparison");
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

std::vector<ReadFile> files_read(const RewriteFlags& flags, const ModelInputs& inputs) {
  std::vector<ReadFile> files{{FileUse::model, flags.model}};
  for (ReadFile& file : files_of(SourceSpec{}, inputs)) files.push_back(std::move(file));
  return files;
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
  const RewriteGoal goal = flags.goal;
  const std::string name = goal == RewriteGoal::freeze ? "freeze" : "optimize";
  check_pass_flags(flags.passes, goal);
  tolerance_from(flags.tolerance);
  if (flags.bisect && !flags.verify) {
    throw Error(ErrorKind::usage, "--bisect needs the comparison that --no-verify skips",
                "leave one of them out");
  }
  const std::vector<NewRecord> extras = extras_from(flags.output.extra);
  session.report().model.path = flags.model;
  require_torchscript(flags.model, true);
  const std::optional<Manifest> recorded = read_manifest(flags.model);
  const ModelInputs inputs = resolve_inputs(flags.inputs, recorded);
  record_inputs(session.report(), inputs, labels_of(inputs));
  const bool verify = wants_comparison(session, flags, name, inputs);
  check_before_start(session, {.output = flags.output.output,
                               .in_place = true,
                               .read = files_read(flags, inputs),
                               .extras = flags.output.extra});
  check_loaded_files(session, {flags.model});

  OutputFile file(flags.output.output, "-o");
  session.name_file(file.path(), flags.output.output);
  const std::filesystem::path folder = file.target().parent_path();
  // The inputs file that the manifest names may be missing: only a comparison needs it.
  std::optional<ScratchFile> arguments;
  if (verify || (inputs.given() && inputs.plan.file.empty()))
    arguments.emplace(write_inputs(session, inputs, folder));
  const RewriteResult result = rewrite_step(session, goal, flags.model, file.path(), flags.passes,
                                            arguments ? arguments->path() : "");
  if (result.was_frozen) {
    session.warn({WarningCode::already_frozen,
                  fmt::format("'{}' is already frozen: its weights are constants", flags.model)});
  }
  if (flags.output.strip_debug) strip_debug_records(file.path());
  Manifest manifest = next_manifest(session, flags, recorded, inputs, result);
  const std::vector<NewRecord> kept = read_user_extras(flags.model);
  attach(file.path(), manifest, kept, extras);

  if (verify) {
    const ScratchFile reference = reference_outputs(session, flags, arguments->path(), folder);
    const ExitCode code =
        compare_outputs(session, flags, reference.path(), file.path(), manifest.output_names);
    if (flags.bisect) {
      bisect(session, flags, arguments->path(), reference.path(), folder, manifest.output_names);
    }
    if (code != ExitCode::ok) {
      withhold_step(session, file, flags.output.keep_failed, "outputs differ");
      return code;
    }
    record_verification(manifest, session.report().verify.back(), "input");
    attach(file.path(), manifest, kept, extras);
  } else {
    load_again(session, file.path(), result.methods.empty() ? "forward" : result.methods.front());
  }
  publish_model_step(session, file);
  return ExitCode::ok;
}

}  // namespace tsctl
