#include <set>

#include "commands/commands.h"
#include "options/arm_spec.h"
#include "options/device_settings.h"
#include "options/load_options.h"
#include "steps/arm_fit.h"
#include "steps/bench_step.h"
#include "steps/input_sequence.h"
#include "steps/preflight.h"
#include "steps/profile_step.h"
#include "steps/subject.h"
#include "steps/verify_step.h"
#include "tsctl/bench/launched_arm.h"
#include "tsctl/core/bench_options.h"
#include "tsctl/core/executor.h"
#include "tsctl/core/tolerance.h"
#include "tsctl/files/scratch_file.h"
#include "tsctl/files/scratch_folder.h"

namespace tsctl {

namespace {

struct Flags {
  std::vector<std::string> arms = {};
  std::string baseline = {};
  bool selftest = false;
  bool cold_cache = false;
  SourceFlags source = {};
  InputFlags inputs = {};
  ToleranceFlags tolerance = {};
  BenchFlags bench = {};
  LoadFlags load = {};
  ProfileFlags profile = {};
  RunOptions run = {};
  ReportOptions report = {};
  Executor executor = Executor::standard;
};

// Two arms of one file ("a.pt" twice, for an A/A run) are told apart by number.
void make_labels_unique(std::vector<ArmSpec>& specs) {
  std::set<std::string> seen;
  for (ArmSpec& spec : specs) {
    const std::string label = spec.label;
    for (int number = 2; !seen.insert(spec.label).second; ++number)
      spec.label = label + "#" + std::to_string(number);
  }
}

BenchArm arm_from(Run& run, const Flags& flags, const ArmSpec& spec, const Subject& subject,
                  const ModelInputs& inputs, const std::string& tensors) {
  BenchArm arm;
  arm.request = {.label = spec.label,
                 .inputs_tensors = tensors,
                 .set_index = inputs.bench_index,
                 .device = run.options().device,
                 .threads = spec.threads.value_or(run.threads()),
                 .executor = spec.executor.value_or(flags.executor),
                 .seed = inputs.plan.seed,
                 .compile = subject.compile,
                 .runtime = subject.runtime,
                 .tuning = subject.tuning,
                 .allocator = flags.bench.allocator,
                 .cold_cache = flags.cold_cache};
  arm.kind = arm_kind(subject);
  arm.request.model_path = subject.runtime.empty() ? subject.text : subject.folder;
  if (subject.source) {
    arm.request.source = *subject.source;
    if (subject.runtime.empty()) arm.request.model_path.clear();
  }
  if (subject.source || !subject.runtime.empty()) arm.site = run.python();
  return arm;
}

// The arms in their order: the baseline first, and with --selftest the one arm twice.
std::vector<ArmSpec> specs_from(const Flags& flags) {
  std::vector<ArmSpec> specs;
  if (!flags.baseline.empty()) {
    specs.push_back(arm_spec_from_text(flags.baseline));
    if (specs.back().subject.ends_with(".json")) {
      throw Error(ErrorKind::usage,
                  "--baseline '" + flags.baseline + "' is a report, not something to run",
                  "numbers of another time say nothing about this one: give the old file, which is "
                  "run beside the new one");
    }
    specs.back().label = "baseline";
  }
  for (const std::string& text : flags.arms) specs.push_back(arm_spec_from_text(text));
  if (!flags.selftest) return specs;
  if (specs.size() != 1) {
    throw Error(ErrorKind::usage,
                "--selftest takes one arm, " + std::to_string(specs.size()) + " were given",
                "it is measured against itself, to see what this host can resolve");
  }
  specs.push_back(specs.front());
  return specs;
}

ExitCode bench(Run& run, const Flags& flags) {
  const ToleranceOptions tolerance = tolerance_from(flags.tolerance);
  std::vector<ArmSpec> specs = specs_from(flags);
  make_labels_unique(specs);
  std::vector<Subject> subjects;
  for (const ArmSpec& spec : specs) {
    subjects.push_back(subject_from(spec.subject, flags.source));
    apply_settings(spec, run.options().device, subjects.back());
  }
  require_source_for(flags.source, subjects);
  remember_kwargs(subjects);
  const ModelInputs inputs = inputs_for(subjects, flags.inputs, "bench");
  BenchOptions options = bench_options_from(flags.bench, inputs.plan.seed);
  options.load = load_plan_from(flags.load, options, specs.size());
  require_device_settings(specs, flags.cold_cache, run.options().device);
  if (flags.cold_cache && !options.load.plain()) {
    throw Error(ErrorKind::usage,
                "--cold-cache does not go with --rate, --concurrency or --instances",
                "under load nobody empties the cache between calls");
  }
  if (!inputs.sets.empty()) sequence_from(flags.load.sequence, inputs, inputs.sets.size());
  run.report().model.path = subjects.front().text;
  record_inputs(run.report(), inputs, labels_of(inputs));
  check_before_start(
      run, {}, files_of(subjects, inputs), {}, false,
      {{"--samples", flags.bench.samples}, {"--profile-trace", flags.profile.trace}});
  std::vector<ScratchFolder> folders;  // of what is exported
  for (Subject& subject : subjects) {
    if (!subject.runtime.empty()) subject.folder = folders.emplace_back().path();
  }

  // Outputs are compared before anything is timed.
  const std::vector<std::string> names = output_names_of(subjects);
  const CaptureMode structure = structure_of(subjects);
  const ScratchFile reference =
      reference_outputs(run, subjects.front(), inputs, structure, flags.executor);
  std::vector<BenchArm> arms;
  ExitCode raised = ExitCode::ok;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    arms.push_back(arm_from(run, flags, specs[i], subjects[i], inputs, reference.path()));
    arms.back().outputs = ArmOutputs::reference;
    // The first arm is held against itself without its settings.
    if (i == 0 && !has_numeric_settings(subjects.front())) continue;
    const VerifyResult& verified = compare_subject(
        run, subjects.front(), subjects[i], reference.path(), inputs, structure, names, tolerance,
        specs[i].executor.value_or(flags.executor), &arms.back().tuning_reason);
    if (i == 0 || !raised_by(verified).empty())
      raised = worse_of(raised, judge_comparison(run, verified));
    if (i > 0 || verified.status == Match::differ)
      arms.back().outputs = arm_outputs(verified.status);
    if (i > 0) arms.back().max_abs = verified.max_abs;
    if (!arms.back().tuning_reason.empty())
      run.warn({WarningCode::tuning_not_available,
                "'" + specs[i].label + "': " + arms.back().tuning_reason});
  }
  const std::vector<std::string>& labels = run.report().inputs.sets;
  const std::string label = labels.empty() ? "" : labels.at(inputs.bench_index);
  const std::vector<std::size_t> order = sequence_from(flags.load.sequence, inputs, labels.size());
  const ExitCode code = bench_step(run, arms, options, inputs, label, flags.bench.samples, order);
  if (flags.profile.wanted()) profile_step(run, arms, flags.profile);
  if (flags.selftest) record_smallest_effect(*run.report().bench);
  return raised == ExitCode::ok ? code : raised;
}

}  // namespace

void add_bench(CLI::App& app, Action& selected) {
  CLI::App* command =
      app.add_subcommand("bench", "Time files and sources against the first of them");
  auto flags = std::make_shared<Flags>();
  command
      ->add_option(
          "ARM", flags->arms,
          "[LABEL=]FILE|SOURCE[,key=value…] with threads=N, executor=NAME, onednn-graph=on, "
          "fusion=on|off, precision=bf16, cuda-graph=on, runtime=onnxruntime|openvino, compile=on; "
          "a FILE is "
          "TorchScript or a .pt2 package, a SOURCE runs eagerly, or with compile=on through "
          "torch.compile")
      ->required();
  add_source_options(*command, flags->source, flags->run);
  add_input_options(*command, flags->inputs);
  add_tolerance_options(*command, flags->tolerance);
  add_bench_options(*command, flags->bench);
  add_load_options(*command, flags->load);
  command
      ->add_option("--max-regress", flags->bench.max_regress,
                   "Exit 1 if an arm is slower than the first by more: 2%")
      ->group("Measuring")
      ->type_name("P");
  command
      ->add_option("--baseline", flags->baseline,
                   "The arm that the others are held against: an old file, run beside them")
      ->group("Measuring")
      ->type_name("ARM");
  command
      ->add_flag("--selftest", flags->selftest,
                 "Measure one arm against itself: the smallest effect that this host can resolve")
      ->group("Measuring");
  add_profile_options(*command, flags->profile);
  command
      ->add_flag("--cold-cache", flags->cold_cache,
                 "Empty the GPU's cache before every timed call (--device cuda)")
      ->group("Measuring");
  add_run_options(*command, flags->run, &flags->executor);
  add_report_options(*command, flags->report);
  command->callback([flags, &selected] {
    selected = [flags](Context& context) {
      return run_reported(context, flags->report, flags->run,
                          [&](Run& run) { return bench(run, *flags); });
    };
  });
}

}  // namespace tsctl
