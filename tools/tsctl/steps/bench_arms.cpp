#include "steps/bench_arms.h"

#include <fmt/format.h>

#include "steps/arm_fit.h"
#include "steps/verify_step.h"

namespace tsctl {

namespace {

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
  remember_build(session, subjects);
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
    // The first arm is compared with itself without its settings.
    if (i == 0 && !has_numeric_settings(subjects[i].settings)) continue;
    const SubjectComparison comparison = compare_subject(session, reference, subjects[i]);
    const VerifyResult& result = comparison.result;
    if (i == 0 || !raised_by(result).empty())
      compared.exit = worse_of(compared.exit, judge_comparison(session, result));
    if (i > 0 || result.status == Match::differ) arm.outputs = arm_outputs(result.status);
    if (i > 0) arm.max_abs = result.max_abs;
    arm.tuning_reason = comparison.tuning_reason;
    if (!arm.tuning_reason.empty()) {
      session.warn({WarningCode::tuning_not_available,
                    fmt::format("'{}': {}", specs[i].label, arm.tuning_reason)});
    }
  }
  return compared;
}

}  // namespace tsctl
