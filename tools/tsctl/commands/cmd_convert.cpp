#include <filesystem>

#include "commands/capture_command.h"
#include "commands/commands.h"
#include "options/pass_listing.h"
#include "steps/bench_step.h"
#include "steps/capture_step.h"
#include "steps/manifest.h"
#include "steps/preflight.h"
#include "steps/publish_step.h"
#include "steps/rewrite_step.h"
#include "steps/verify_step.h"
#include "tsctl/bench/launched_arm.h"
#include "tsctl/core/bench_options.h"
#include "tsctl/core/manifest.h"
#include "tsctl/files/file_io.h"
#include "tsctl/files/output_file.h"
#include "tsctl/files/scratch_file.h"

namespace tsctl {

namespace {

struct Flags {
  CaptureFlags capture = {};
  PassFlags passes = {};
  BenchFlags bench = {};
  bool no_bench = false;
};

// A file on the way from eager to the result.
struct Stage {
  std::string label;
  std::string path;
};

ArmRequest arm_request(Run& run, const Flags& flags, const ModelInputs& inputs,
                       const std::string& tensors) {
  return {.inputs_tensors = tensors,
          .set_index = inputs.bench_index,
          .device = run.options().device,
          .threads = run.threads(),
          .executor = flags.capture.executor,
          .seed = inputs.plan.seed,
          .allocator = flags.bench.allocator};
}

std::vector<BenchArm> arms_of(Run& run, const Flags& flags, const CapturePlan& plan,
                              const std::vector<Stage>& stages, const std::string& tensors) {
  BenchArm eager{.request = arm_request(run, flags, plan.inputs, tensors),
                 .kind = ArmKind::eager,
                 .outputs = ArmOutputs::reference};
  eager.request.label = "eager";
  eager.request.source = plan.source;
  eager.site = run.python();
  std::vector<BenchArm> arms{eager};
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const VerifyResult& verified = run.report().verify.at(i);
    BenchArm arm{.request = arm_request(run, flags, plan.inputs, tensors),
                 .outputs = arm_outputs(verified.status)};
    arm.request.label = stages[i].label;
    arm.request.model_path = stages[i].path;
    arm.max_abs = verified.max_abs;
    arms.push_back(arm);
  }
  return arms;
}

// Holds every stage against eager and gives the exit that this means.
ExitCode verify_stages(Run& run, const Flags& flags, const CapturePlan& plan,
                       const CaptureResult& capture, const std::vector<Stage>& stages,
                       const std::string& tensors) {
  ExitCode code = ExitCode::ok;
  for (const Stage& stage : stages) {
    const VerifyResult& verified = verify_step(run,
                                               {.reference = "eager",
                                                .candidate = stage.label,
                                                .reference_tensors = tensors,
                                                .model_path = stage.path,
                                                .output_names = capture.output_names},
                                               plan.tolerance, flags.capture.executor);
    code = worse_of(code, judge_comparison(run, verified));
  }
  return code;
}

ExitCode convert(Run& run, const Flags& flags) {
  const CapturePlan plan = capture_plan_from(flags.capture);
  require_known_passes(flags.passes.disabled);
  if (flags.no_bench && flags.bench.options.require_speedup) {
    throw Error(ErrorKind::usage, "--require-speedup needs the timing that --no-bench leaves out",
                "leave one of them out");
  }
  const BenchOptions bench_options = bench_options_from(flags.bench, plan.inputs.plan.seed);
  const OutputFlags& output = flags.capture.output;
  run.report().model.path = plan.source.text;
  record_inputs(run.report(), plan.inputs, labels_of(plan.inputs));
  check_before_start(run, output.output, files_of(plan.source, plan.inputs), "-o", false,
                     {{"--samples", flags.bench.samples}});

  OutputFile file(output.output, "-o");
  const std::filesystem::path folder = file.target().parent_path();
  const ScratchFile captured(folder);
  const ScratchFile frozen(folder);
  const ScratchFile tensors(folder);
  run.name_file(file.path(), output.output);
  run.name_file(captured.path(), output.output + " (captured)");
  run.name_file(frozen.path(), output.output + " (frozen)");
  run.name_file(tensors.path(), output.output + " (inputs and outputs)");
  const CaptureResult capture = capture_step(run, plan, captured.path(), tensors.path());
  require_captured(capture);
  if (capture.status != CaptureStatus::captured) {
    record_not_general(run, capture);
    if (output.keep_failed) copy_file_bytes(captured.path(), file.path());
    withhold_step(run, file, output.keep_failed,
                  "the " + name_of(capture.mode) + " is not general");
    return ExitCode::check_failed;
  }
  Manifest manifest = manifest_from(plan.source, plan.inputs, capture);
  const RewriteResult freezing =
      rewrite_step(run, RewriteGoal::freeze, captured.path(), frozen.path(), flags.passes);
  manifest.steps.push_back(
      manifest_step(name_of(RewriteGoal::freeze), freezing.passes, flags.passes.preserve));
  // From the captured file, not the frozen one: freezing and saving loses the modules' paths, by which folds are told.
  const RewriteResult optimizing =
      rewrite_step(run, RewriteGoal::optimize, captured.path(), file.path(), flags.passes);
  manifest.steps.push_back(
      manifest_step(name_of(RewriteGoal::optimize), optimizing.passes, flags.passes.preserve));
  attach(file.path(), manifest, {}, plan.extras);

  const std::vector<Stage> stages{
      {"captured", captured.path()}, {"frozen", frozen.path()}, {"optimized", file.path()}};
  ExitCode code = verify_stages(run, flags, plan, capture, stages, tensors.path());
  if (code != ExitCode::ok) {
    withhold_step(run, file, output.keep_failed, "outputs differ from eager's");
    return code;
  }
  if (!flags.no_bench) {
    const std::string label =
        capture.input_labels.empty() ? "" : capture.input_labels.at(plan.inputs.bench_index);
    code = bench_step(run, arms_of(run, flags, plan, stages, tensors.path()), bench_options,
                      plan.inputs, label, flags.bench.samples);
  }
  publish_step(run, file);  // too slow is no reason to withhold a file that is right
  return code;
}

}  // namespace

void add_convert(CLI::App& app, Action& selected) {
  CLI::App* command = app.add_subcommand(
      "convert", "Do the whole job: capture, freeze, optimize, save, verify and time");
  auto flags = std::make_shared<Flags>();
  flags->capture.fixed_sizes = FixedSizes::guard;
  add_capture_options(*command, flags->capture);
  add_output_options(*command, flags->capture.output, true);
  add_mode_option(*command, flags->capture);
  add_trace_submodule_option(*command, flags->capture);
  add_script_submodule_option(*command, flags->capture);
  add_pass_options(*command, flags->passes);
  add_list_passes(*command);
  add_bench_options(*command, flags->bench);
  command->add_flag("--no-bench", flags->no_bench, "Leave the timing out")->group("Measuring");
  command
      ->add_option(
          "--require-speedup", flags->bench.options.require_speedup,
          "Exit 1 unless the optimized file is shown to be this many times as fast as eager")
      ->group("Measuring")
      ->check(positive_number())
      ->type_name("R");
  command->callback([flags, &selected] {
    selected = [flags](Context& context) {
      return run_reported(context, flags->capture.report, flags->capture.run,
                          [&](Run& run) { return convert(run, *flags); });
    };
  });
}

}  // namespace tsctl
