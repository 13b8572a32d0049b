#include <fmt/format.h>

#include <filesystem>

#include "commands/capture_command.h"
#include "commands/commands.h"
#include "options/bind_command.h"
#include "options/pass_listing.h"
#include "steps/bench_arms.h"
#include "steps/bench_step.h"
#include "steps/capture_step.h"
#include "steps/manifest.h"
#include "steps/preflight.h"
#include "steps/publish_step.h"
#include "steps/rewrite_step.h"
#include "steps/stages.h"
#include "tsctl/core/bench_options.h"
#include "tsctl/core/manifest.h"
#include "tsctl/files/file_io.h"
#include "tsctl/files/output_file.h"
#include "tsctl/files/scratch_file.h"

namespace tsctl {

namespace {

struct Flags : CaptureFlags {
  PassFlags passes = {};
  BenchFlags bench = {};
  bool no_bench = false;
};

// Times eager mode and every stage, whose outputs verify_stages has compared.
ExitCode bench_stages(CommandSession& session, const Flags& flags, const CapturePlan& plan,
                      const BenchOptions& options, const std::vector<std::string>& input_labels,
                      const std::vector<Stage>& stages, const std::string& tensors) {
  const std::string label = input_labels.empty() ? "" : input_labels.at(plan.inputs.bench_index);
  const ArmRequest common =
      common_arm_request(session, plan.inputs, tensors, flags.bench.allocator);
  return bench_step(session, {.arms = stage_arms(session, plan, stages, common),
                              .options = options,
                              .items_per_call = plan.inputs.items_per_call,
                              .input_set = label,
                              .samples_path = flags.bench.samples});
}

ExitCode convert(CommandSession& session, const Flags& flags) {
  const CapturePlan plan = capture_plan_from(flags);
  check_pass_flags(flags.passes, RewriteGoal::optimize);
  if (flags.no_bench && flags.bench.options.require_speedup) {
    throw Error(ErrorKind::usage, "--require-speedup needs the timing that --no-bench skips",
                "leave one of them out");
  }
  const BenchOptions bench_options = bench_options_from(flags.bench, plan.inputs.plan.seed);
  const OutputFlags& output = flags.output;
  session.report().model.path = plan.source.text;
  record_inputs(session.report(), plan.inputs, labels_of(plan.inputs));
  check_before_start(session, {.output = output.output,
                               .read = files_of(plan.source, plan.inputs),
                               .others = {{"--samples", flags.bench.samples}}});

  OutputFile file(output.output, "-o");
  const std::filesystem::path folder = file.target().parent_path();
  const ScratchFile captured(folder);
  const ScratchFile frozen(folder);
  const ScratchFile tensors(folder);
  session.name_file(file.path(), output.output);
  session.name_file(captured.path(), output.output + " (captured)");
  session.name_file(frozen.path(), output.output + " (frozen)");
  session.name_file(tensors.path(), output.output + " (inputs and outputs)");
  const CaptureResult capture = capture_step(session, plan, captured.path(), tensors.path());
  require_captured(capture);
  if (capture.status != CaptureStatus::captured) {
    record_not_general(session, capture);
    if (output.keep_failed) copy_file_bytes(captured.path(), file.path());
    withhold_step(session, file, output.keep_failed,
                  fmt::format("the {} is not general", name_of(capture.mode)));
    return ExitCode::check_failed;
  }
  Manifest manifest = manifest_from(plan.source, plan.inputs, capture);
  const RewriteResult freezing = rewrite_step(session, RewriteGoal::freeze, captured.path(),
                                              frozen.path(), flags.passes, tensors.path());
  manifest.steps.push_back(manifest_step("freeze", freezing.passes, flags.passes.preserve));
  // Optimizes the captured file, not the frozen one: freezing and saving loses the module paths that name the folds.
  const RewriteResult optimizing = rewrite_step(session, RewriteGoal::optimize, captured.path(),
                                                file.path(), flags.passes, tensors.path());
  manifest.steps.push_back(manifest_step("optimize", optimizing.passes, flags.passes.preserve));
  attach(file.path(), manifest, {}, plan.extras);

  const std::vector<Stage> stages{
      {"captured", captured.path()}, {"frozen", frozen.path()}, {"optimized", file.path()}};
  ExitCode code = verify_stages(session, plan, capture, stages, tensors.path());
  if (code != ExitCode::ok) {
    withhold_step(session, file, output.keep_failed, "outputs differ from eager's");
    return code;
  }
  if (!flags.no_bench) {
    code = bench_stages(session, flags, plan, bench_options, capture.input_labels, stages,
                        tensors.path());
  }
  publish_step(session, file);  // a correct file is written even if it is too slow
  return code;
}

}  // namespace

void add_convert(CLI::App& app, Action& selected) {
  CLI::App* command =
      app.add_subcommand("convert", "Capture, freeze, optimize, save, verify and time a model");
  auto flags = std::make_shared<Flags>();
  flags->fixed_sizes = FixedSizes::guard;
  add_capture_options(*command, *flags);
  add_output_options(*command, flags->output, true);
  add_mode_option(*command, *flags);
  add_trace_submodule_option(*command, *flags);
  add_script_submodule_option(*command, *flags);
  add_pass_options(*command, flags->passes);
  add_list_passes(*command);
  add_bench_options(*command, flags->bench);
  command->add_flag("--no-bench", flags->no_bench, "Skip the timing")->group("Measuring");
  command
      ->add_option("--require-speedup", flags->bench.options.require_speedup,
                   "Exit 1 unless the optimized file is proven at least this many times as fast as "
                   "eager mode")
      ->group("Measuring")
      ->check(positive_number())
      ->type_name("R");
  bind_command(*command, selected, flags, &convert);
}

}  // namespace tsctl
