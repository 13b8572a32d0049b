#include "steps/bench_arms.h"

#include <fmt/format.h>

#include "steps/arm_fit.h"
#include "steps/verify_step.h"

namespace tsctl {

namespace {

// Whether the settings can change the outputs.
bool has_numeric_settings(const ArmSettings& settings) {
  const ArmTuning& tuning = settings.tuning;
  return settings.compile || !settings.runtime.empty() || tuning.onednn_graph || tuning.precision ||
         tuning.fusion;
}

BenchArm arm_from(CommandSession& session, const ArmSpec& spec, const Subject& subject,
                  const ArmRequest& common) {
  const ArmRuntime& runtime = subject.runtime();
  BenchArm arm{.request = common,
               .path = subject.text,
               .kind = runtime.kind,
               .outputs = ArmOutputs::reference};
  arm.request.label = spec.label;
  arm.request.settings = subject.settings;
  if (subject.source) arm.request.source = *subject.source;
  if (runtime.exported) {
    arm.request.model_path = subject.folder;
  } else if (!subject.source) {
    arm.request.model_path = subject.text;
  }
  if (runtime.in_python) arm.site = session.python();
  arm.keeps_heap =
      runtime.kind == ArmKind::file && subject.manifest && subject.manifest->keeps_heap();
  return arm;
}

// The first arm is the baseline. With settings of its own it is compared with itself without them.
ExitCode judge_first(CommandSession& session, const VerifyResult& result, BenchArm& arm) {
  if (result.status == Match::differ) arm.outputs = ArmOutputs::differ;
  return judge_comparison(session, result);
}

// An arm whose outputs differ is timed too; judge_bench() fails the command for it.
ExitCode judge_candidate(CommandSession& session, const VerifyResult& result, BenchArm& arm) {
  arm.outputs = arm_outputs(result.status);
  arm.max_abs = result.max_abs;
  return raised_by(result).empty() ? ExitCode::ok : judge_comparison(session, result);
}

}  // namespace

std::vector<Subject> subjects_of(CommandSession& session, const std::vector<ArmSpec>& specs,
                                 const SourceFlags& flags) {
  std::vector<Subject> subjects;
  for (const ArmSpec& spec : specs) {
    Subject& subject = subjects.emplace_back(subject_from(spec.subject, flags, spec.settings));
    subject.settings_text = spec.settings_text;
    require_fitting_settings(spec, session.options().device, subject);
  }
  require_source_for(flags, subjects);
  complete_sources(session, subjects);
  return subjects;
}

ArmRequest common_arm_request(CommandSession& session, const ModelInputs& inputs,
                              const std::string& tensors, const std::string& allocator) {
  return {.inputs_tensors = tensors,
          .set_index = inputs.bench_index,
          .device = session.options().device,
          .settings = session.settings(),
          .seed = inputs.plan.seed,
          .allocator = allocator};
}

ComparedArms compare_arms(CommandSession& session, const std::vector<ArmSpec>& specs,
                          const std::vector<Subject>& subjects, const Reference& reference,
                          const ArmRequest& common) {
  ComparedArms compared;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    BenchArm& arm = compared.arms.emplace_back(arm_from(session, specs[i], subjects[i], common));
    const bool is_first = i == 0;
    if (is_first && !has_numeric_settings(subjects[i].settings)) continue;
    const SubjectComparison comparison = compare_subject(session, reference, subjects[i]);
    const ExitCode code = is_first ? judge_first(session, comparison.result, arm)
                                   : judge_candidate(session, comparison.result, arm);
    compared.exit = worse_of(compared.exit, code);
    arm.tuning_reason = comparison.tuning_reason;
    if (!arm.tuning_reason.empty()) {
      session.warn({WarningCode::tuning_not_available,
                    fmt::format("'{}': {}", specs[i].label, arm.tuning_reason)});
    }
  }
  return compared;
}

}  // namespace tsctl
