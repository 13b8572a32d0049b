#include <fmt/format.h>

#include "commands/capture_command.h"
#include "commands/commands.h"
#include "options/bench_options.h"
#include "options/bind_command.h"
#include "options/help_group.h"
#include "options/pass_listing.h"
#include "steps/bench_arms.h"
#include "steps/bench_step.h"
#include "steps/capture_step.h"
#include "steps/left_out_step.h"
#include "steps/manifest.h"
#include "steps/preflight.h"
#include "steps/publish_step.h"
#include "steps/rewrite_step.h"
#include "steps/stages.h"
#include "steps/suggest_step.h"
#include "steps/verify_step.h"
#include "tsctl/archive/debug_records.h"
#include "tsctl/core/bench_options.h"
#include "tsctl/core/manifest.h"
#include "tsctl/files/file_io.h"
#include "tsctl/files/output_file.h"
#include "tsctl/files/scratch_file.h"

namespace tsctl {

namespace {

struct ConvertFlags : CaptureFlags {
  PassFlags passes = {};
  BenchFlags bench = {};
  bool no_bench = false;
  bool suggest = false;
};

// The output and what leads to it, all in its folder.
struct WorkFiles {
  explicit WorkFiles(CommandSession& session, const std::string& output)
      : file(output, "-o"),
        captured(file.target().parent_path()),
        frozen(file.target().parent_path()),
        tensors(file.target().parent_path()) {
    session.name_file(file.path(), output);
    session.name_file(captured.path(), output + " (captured)");
    session.name_file(frozen.path(), output + " (frozen)");
    session.name_file(tensors.path(), output + " (inputs and outputs)");
  }

  OutputFile file;
  ScratchFile captured;
  ScratchFile frozen;
  ScratchFile tensors;
};

// What the steps after the capture work on.
struct Conversion {
  CommandSession& session;
  const ConvertFlags& flags;
  const CapturePlan& plan;
  const BenchOptions& options;
  const CaptureResult& capture;
  const WorkFiles& files;

  ArmRequest common_request() const {
    return common_arm_request(session, plan.inputs, files.tensors.path(), flags.bench.allocator);
  }
  BenchPlan bench_plan() const { return bench_plan_for(plan.inputs, session.report(), options); }
};

// The stages of the file: captured, frozen, optimized.
class ConvertStages {
 public:
  explicit ConvertStages(const Conversion& conversion)
      : session_(conversion.session),
        output_(conversion.flags.output),
        plan_(conversion.plan),
        capture_(conversion.capture),
        files_(conversion.files),
        passes_(conversion.flags.passes),
        manifest_(manifest_from(
            session_, {plan_.source, plan_.inputs, files_.captured.path(), output_.output},
            capture_)),
        stages_{{"captured", files_.captured.path()},
                {"frozen", files_.frozen.path()},
                {"optimized", files_.file.path(), output_.output}} {
    passes_.check_speed = !conversion.flags.no_bench;
  }

  // Freezes and optimizes the captured file, and compares each stage with eager mode.
  // Returns the exit code of the comparisons.
  ExitCode make() {
    rewrite(RewriteGoal::freeze, files_.frozen.path());
    optimize();
    for (const Stage& stage : stages_) compare(stage);
    leave_out_inexact_passes(session_, passes_, [this] {
      manifest_.steps.pop_back();
      optimize();
      compare(stages_.back());
    });
    ExitCode code = ExitCode::ok;
    for (const VerifyResult& verified : session_.report().verify)
      code = worse_of(code, judge_comparison(session_, verified));
    if (code != ExitCode::ok) return code;
    record_verification(manifest_, session_.report().verify.back(), "eager");
    write_manifest();
    return code;
  }

  const std::vector<Stage>& list() const { return stages_; }
  // Those that made the optimized file.
  const PassFlags& passes() const { return passes_; }

 private:
  // Optimizes the captured file, not the frozen one: freezing and saving loses the module paths that name the folds.
  void rewrite(RewriteGoal goal, const std::string& to) {
    const RewriteResult result =
        rewrite_step(session_, goal, files_.captured.path(), to, passes_, files_.tensors.path());
    manifest_.steps.push_back(manifest_step(name_of(goal), result, passes_.preserve));
  }

  void optimize() {
    rewrite(RewriteGoal::optimize, files_.file.path());
    if (output_.strip_debug) strip_debug_records(files_.file.path());
    manifest_.steps.back().debug_stripped = output_.strip_debug;
    write_manifest();
  }

  void write_manifest() { attach(files_.file.path(), manifest_, {}, plan_.extras); }

  void compare(const Stage& stage) {
    verify_stage(session_, plan_, capture_, stage, files_.tensors.path());
  }

  CommandSession& session_;
  const OutputFlags& output_;
  const CapturePlan& plan_;
  const CaptureResult& capture_;
  const WorkFiles& files_;
  PassFlags passes_;
  Manifest manifest_;
  const std::vector<Stage> stages_;
};

// Records that the file could not be timed. It is correct, so that alone does not fail the command.
ExitCode record_not_timed(CommandSession& session, const Error& error,
                          const BenchOptions& options) {
  const bool has_gate = options.require_speedup && !options.allow_undecided;
  if (error.kind() == ErrorKind::undecided && !has_gate) {
    session.warn({WarningCode::not_timed,
                  fmt::format("the file was not timed: {}; {}", error.what(), error.hint())});
    return ExitCode::ok;
  }
  session.report().error = info_from(error, "bench");
  return exit_code_from_kind(error.kind());
}

// Times eager mode and every stage, whose outputs were compared.
ExitCode bench_stages(const Conversion& conversion, const std::vector<Stage>& stages) {
  CommandSession& session = conversion.session;
  BenchPlan bench = conversion.bench_plan();
  bench.samples_path = conversion.flags.bench.samples;
  try {
    bench.arms = stage_arms(session, conversion.plan, stages, conversion.common_request());
    return bench_step(session, bench);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::undecided && error.kind() != ErrorKind::busy) throw;
    return record_not_timed(session, error, conversion.options);
  }
}

// Times the written file with settings that it cannot carry. The captured file is still there to be optimized again.
// The file was made with `passes`.
void suggest(const Conversion& conversion, const PassFlags& passes) {
  const WorkFiles& files = conversion.files;
  PassFlags plain = passes;
  plain.pack = false;
  plain.check_speed = false;
  suggest_step(conversion.session,
               {.model_path = conversion.flags.output.output,
                .tensors = files.tensors.path(),
                .output_names = conversion.capture.output_names,
                .tolerance = conversion.plan.tolerance,
                .common = conversion.common_request(),
                .bench = conversion.bench_plan(),
                .plain = rewrite_request(conversion.session, RewriteGoal::optimize,
                                         files.captured.path(), "", plain, files.tensors.path())});
}

void check_bench_flags(const ConvertFlags& flags) {
  if (!flags.no_bench) return;
  const auto refuse = [](const std::string& flag) {
    throw Error(ErrorKind::usage, flag + " needs the timing that --no-bench skips",
                "leave one of them out");
  };
  if (flags.bench.options.require_speedup) refuse("--require-speedup");
  if (flags.suggest) refuse("--suggest");
}

ExitCode convert(CommandSession& session, const ConvertFlags& flags) {
  const CapturePlan plan = capture_plan_from(flags);
  check_pass_flags(flags.passes, RewriteGoal::optimize);
  check_bench_flags(flags);
  const BenchOptions options = bench_options_from(flags.bench, plan.inputs.plan.seed);
  const OutputFlags& output = flags.output;
  session.report().model.path = plan.source.text;
  record_inputs(session.report(), plan.inputs);
  check_before_start(session, {.output = output.output,
                               .read = files_of(plan.source, plan.inputs),
                               .extras = output.extra,
                               .allocator = flags.bench.allocator,
                               .others = {{"--samples", flags.bench.samples}}});

  WorkFiles files(session, output.output);
  const CaptureResult capture =
      capture_step(session, plan, files.captured.path(), files.tensors.path());
  require_captured(capture);
  if (capture.status != CaptureStatus::captured) {
    if (output.keep_failed) copy_file_bytes(files.captured.path(), files.file.path());
    return withhold_not_general(session, capture, files.file, output.keep_failed);
  }
  const Conversion conversion{session, flags, plan, options, capture, files};
  ConvertStages stages(conversion);
  ExitCode code = stages.make();
  if (code != ExitCode::ok) {
    withhold_step(session, files.file, output.keep_failed, "outputs differ from eager's");
    return code;
  }
  if (!flags.no_bench) code = bench_stages(conversion, stages.list());
  publish_model_step(session, files.file);  // a correct file is written even if it is too slow
  if (flags.suggest) suggest(conversion, stages.passes());
  return code;
}

}  // namespace

void add_convert(CLI::App& app, Action& selected) {
  CLI::App* command =
      app.add_subcommand("convert", "Capture, freeze, optimize, save, verify and time a model");
  auto flags = std::make_shared<ConvertFlags>();
  flags->fixed_sizes = FixedSizes::guard;
  add_capture_options(*command, *flags);
  add_output_options(*command, flags->output, true);
  add_mode_option(*command, *flags);
  add_trace_submodule_option(*command, *flags);
  add_script_submodule_option(*command, *flags);
  add_pass_options(*command, flags->passes);
  add_packing_options(*command, flags->passes);
  add_list_passes(*command);
  add_bench_options(*command, flags->bench);
  const HelpGroup measuring(*command, "Measuring");
  measuring.flag("--no-bench", flags->no_bench, "Skip the timing");
  measuring.flag("--suggest", flags->suggest,
                 "Time the file with settings of the process, and print the C++ and Python code "
                 "for those that make it faster");
  add_require_speedup_option(*command, flags->bench);
  bind_command(*command, selected, flags, &convert);
}

}  // namespace tsctl
