#include "commands/rewrite_command.h"

#include <filesystem>

#include "options/pass_listing.h"
#include "steps/manifest.h"
#include "steps/preflight.h"
#include "steps/publish_step.h"
#include "steps/rewrite_step.h"
#include "steps/verify_step.h"
#include "tsctl/archive/file_kind.h"
#include "tsctl/core/manifest.h"
#include "tsctl/files/output_file.h"
#include "tsctl/files/scratch_file.h"

namespace tsctl {

namespace {

// Compares the outputs of the file as it was and as it is, and gives the exit that this means.
ExitCode compare_outputs(Run& run, const RewriteFlags& flags, const ModelInputs& inputs,
                         const std::string& rewritten, const std::filesystem::path& folder,
                         const std::vector<std::string>& output_names) {
  const ScratchFile arguments = write_inputs(run, inputs, folder);
  const ScratchFile reference(folder);
  run.name_file(reference.path(), flags.output.output + " (outputs to compare with)");
  run.enter("run " + flags.model);
  run.jobs().run("run the input file", {.model_path = flags.model,
                                        .inputs_tensors = arguments.path(),
                                        .outputs_tensors = reference.path(),
                                        .device = run.options().device,
                                        .threads = run.threads(),
                                        .executor = flags.executor});
  return judge_comparison(run, verify_step(run,
                                           {.reference = flags.model,
                                            .candidate = flags.output.output,
                                            .reference_tensors = reference.path(),
                                            .model_path = rewritten,
                                            .output_names = output_names},
                                           tolerance_from(flags.tolerance), flags.executor));
}

void load_again(Run& run, const std::string& path, const std::string& method) {
  run.enter("load the written file");
  run.jobs().graph({.model_path = path,
                    .method = method,
                    .kind = "graph",
                    .device = run.options().device,
                    .threads = run.threads()});
}

}  // namespace

void add_rewrite_options(CLI::App& command, RewriteFlags& flags) {
  add_positional(command, "IN.pt", flags.model, "The TorchScript file to start from");
  add_output_options(command, flags.output, true);
  add_pass_options(command, flags.passes);
  add_list_passes(command);
  add_input_options(command, flags.inputs);
  add_tolerance_options(command, flags.tolerance);
  add_run_options(command, flags.run, &flags.executor);
  add_inputs_python_option(command, flags.run);
  add_report_options(command, flags.report);
}

ExitCode rewrite_command(Run& run, const RewriteFlags& flags, RewriteGoal goal) {
  const std::string name = name_of(goal);
  require_known_passes(flags.passes.disabled);
  tolerance_from(flags.tolerance);
  const std::vector<NewRecord> extras = extras_from(flags.output.extra);
  run.report().model.path = flags.model;
  require_torchscript(flags.model, true);
  run.report().model.size_bytes =
      static_cast<std::int64_t>(std::filesystem::file_size(flags.model));
  const std::optional<Manifest> recorded = read_manifest(flags.model);
  const ModelInputs inputs = resolve_inputs(flags.inputs, recorded);
  record_inputs(run.report(), inputs, labels_of(inputs));
  const bool verify = flags.verify && inputs.given();
  if (flags.verify && !inputs.given()) {
    if (goal == RewriteGoal::optimize)
      throw_inputs_missing(flags.model, name, ", or --no-verify to go without");
    run.warn({WarningCode::not_verified,
              "'" + flags.model +
                  "' says nothing of its inputs: the frozen file is loaded again, not run; "
                  "give --input to have it compared"});
  }
  check_before_start(run, flags.output.output, {flags.model}, "-o", true);

  OutputFile file(flags.output.output, "-o");
  run.name_file(file.path(), flags.output.output);
  const RewriteResult result = rewrite_step(run, goal, flags.model, file.path(), flags.passes);
  if (result.was_frozen) {
    run.warn({WarningCode::already_frozen,
              "'" + flags.model + "' was frozen before: its weights are constants already"});
  }
  Manifest manifest = recorded.value_or(Manifest{.inputs = inputs.plan});
  if (inputs.given())
    manifest.inputs = inputs.plan;  // what the flags changed, or what was recorded
  manifest.steps.push_back(manifest_step(name, result.passes, flags.passes.preserve));
  attach(file.path(), manifest, read_user_extras(flags.model), extras);

  const std::filesystem::path folder = file.target().parent_path();
  if (verify) {
    const ExitCode code =
        compare_outputs(run, flags, inputs, file.path(), folder, manifest.output_names);
    if (code != ExitCode::ok) {
      withhold_step(run, file, flags.output.keep_failed, "outputs differ");
      return code;
    }
  } else {
    load_again(run, file.path(), result.methods.empty() ? "forward" : result.methods.front());
  }
  publish_step(run, file);
  return ExitCode::ok;
}

}  // namespace tsctl
