#include <fmt/format.h>

#include "commands/commands.h"
#include "options/arm_flags.h"
#include "options/bench_options.h"
#include "options/bind_command.h"
#include "options/device_settings.h"
#include "options/help_group.h"
#include "options/load_options.h"
#include "steps/bench_arms.h"
#include "steps/bench_step.h"
#include "steps/input_sequence.h"
#include "steps/loaded_files.h"
#include "steps/preflight.h"
#include "steps/profile_step.h"
#include "steps/reference.h"
#include "tsctl/core/bench_options.h"
#include "tsctl/core/tolerance.h"
#include "tsctl/files/scratch_file.h"
#include "tsctl/files/scratch_folder.h"

namespace tsctl {

namespace {

struct BenchCommandFlags {
  ArmFlags arms = {};
  bool cold_cache = false;
  SourceFlags source = {};
  InputFlags inputs = {};
  ToleranceFlags tolerance = {};
  BenchFlags bench = {};
  LoadFlags load = {};
  ProfileFlags profile = {};
  RunOptions run = {};
  ReportOptions report = {};
  std::string method = "forward";
};

// A gate on a single model could never fail.
void require_two_arms(const BenchOptions& options, std::size_t arms) {
  if (arms > 1 || (!options.max_regress && !options.require_conclusive)) return;
  throw Error(ErrorKind::usage,
              fmt::format("{} compares models, and there is only one",
                          options.max_regress ? "--max-regress" : "--require-conclusive"),
              "name a second model, or the one to compare with: --baseline FILE");
}

BenchOptions checked_bench_options(CommandSession& session, const BenchCommandFlags& flags,
                                   const std::vector<ArmSpec>& specs, std::uint64_t seed) {
  BenchOptions options = bench_options_from(flags.bench, seed);
  require_two_arms(options, specs.size());
  options.load = load_plan_from(flags.load, options, specs.size());
  require_device_settings(specs, flags.cold_cache, session.options().device);
  if (flags.cold_cache && !options.load.plain()) {
    throw Error(ErrorKind::usage,
                "--cold-cache cannot be combined with --rate, --concurrency or --instances",
                "tsctl cannot empty the cache between calls under load");
  }
  return options;
}

// What a bench compares and times.
struct ComparedModels {
  std::vector<ArmSpec> specs = {};
  std::vector<Subject> subjects = {};  // of each arm
  ModelInputs inputs = {};
  ToleranceOptions tolerance = {};
  BenchOptions options = {};
};

// Reads the flags and checks them before anything runs.
ComparedModels models_from(CommandSession& session, const BenchCommandFlags& flags) {
  ComparedModels models{.tolerance = tolerance_from(flags.tolerance)};
  models.specs = arm_specs_from(flags.arms, session.settings());
  models.subjects = subjects_of(session, models.specs, flags.source);
  models.inputs = inputs_for(models.subjects, flags.inputs, "bench");
  models.options = checked_bench_options(session, flags, models.specs, models.inputs.plan.seed);
  const std::size_t sets = models.inputs.sets.size();
  if (sets > 0) sequence_from(flags.load.sequence, models.inputs, sets);
  return models;
}

// Folders for the exports of the arms that need one.
std::vector<ScratchFolder> export_folders(std::vector<Subject>& subjects) {
  std::vector<ScratchFolder> folders;
  for (Subject& subject : subjects) {
    if (subject.runtime().exported) subject.folder = folders.emplace_back().path();
  }
  return folders;
}

ExitCode bench(CommandSession& session, const BenchCommandFlags& flags) {
  ComparedModels models = models_from(session, flags);
  const ModelInputs& inputs = models.inputs;
  session.report().model.path = models.subjects.front().text;
  record_inputs(session.report(), inputs);
  check_before_start(session, {.read = files_of(models.subjects, inputs),
                               .allocator = flags.bench.allocator,
                               .others = {{"--samples", flags.bench.samples},
                                          {"--profile-trace", flags.profile.trace}}});
  check_loaded_files(session, texts_of(models.subjects), LoadedAtOnce::all);
  const std::vector<ScratchFolder> folders = export_folders(models.subjects);

  // Outputs are compared before anything is timed.
  Reference reference = reference_from(models.subjects, inputs, models.tolerance, flags.method);
  const ScratchFile tensors = reference_outputs(session, reference);
  ArmRequest common = common_arm_request(session, inputs, tensors.path(), flags.bench.allocator);
  common.cold_cache = flags.cold_cache;
  common.method = flags.method;
  const ComparedArms compared =
      compare_arms(session, models.specs, models.subjects, reference, common);

  BenchPlan plan = bench_plan_for(inputs, session.report(), models.options);
  plan.arms = compared.arms;
  plan.order = sequence_from(flags.load.sequence, inputs, session.report().inputs.sets.size());
  plan.samples_path = flags.bench.samples;
  const ExitCode code = bench_step(session, plan);
  if (flags.profile.wanted()) profile_step(session, compared.arms, flags.profile);
  if (flags.arms.selftest) record_smallest_effect(*session.report().bench);
  return compared.exit == ExitCode::ok ? code : compared.exit;
}

}  // namespace

void add_bench(CLI::App& app, Action& selected) {
  CLI::App* command =
      app.add_subcommand("bench", "Time files and SOURCEs and compare each with the first");
  auto flags = std::make_shared<BenchCommandFlags>();
  add_arm_options(*command, flags->arms);
  add_method_option(*command, flags->method);
  add_source_options(*command, flags->source, flags->run);
  add_input_options(*command, flags->inputs);
  add_tolerance_options(*command, flags->tolerance);
  add_bench_options(*command, flags->bench);
  add_load_options(*command, flags->load);
  add_max_regress_option(*command, flags->bench);
  add_baseline_options(*command, flags->arms);
  add_profile_options(*command, flags->profile);
  HelpGroup(*command, "Advanced")
      .flag("--cold-cache", flags->cold_cache,
            "Empty the GPU's cache before every timed call (--device cuda)");
  add_run_options(*command, flags->run);
  add_report_options(*command, flags->report);
  bind_command(*command, selected, flags, &bench);
}

}  // namespace tsctl
