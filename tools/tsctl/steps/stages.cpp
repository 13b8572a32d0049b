#include "steps/stages.h"

#include "steps/verify_step.h"

namespace tsctl {

void verify_stage(CommandSession& session, const CapturePlan& plan, const CaptureResult& capture,
                  const Stage& stage, const std::string& tensors) {
  verify_step(session, {.reference = "eager",
                        .candidate = stage.label,
                        .reference_tensors = tensors,
                        .model_path = stage.path,
                        .output_names = capture.output_names,
                        .settings = session.settings(),
                        .tolerance = plan.tolerance});
}

std::vector<BenchArm> stage_arms(CommandSession& session, const CapturePlan& plan,
                                 const std::vector<Stage>& stages, const ArmRequest& common) {
  BenchArm eager{.request = common,
                 .path = plan.source.text,
                 .kind = ArmKind::eager,
                 .outputs = ArmOutputs::reference};
  eager.request.label = "eager";
  eager.request.source = plan.source;
  eager.site = session.python();
  std::vector<BenchArm> arms{eager};
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const VerifyResult& verified = session.report().verify.at(i);
    const bool is_kept = !stages[i].kept_as.empty();
    BenchArm arm{.request = common,
                 .path = stages[i].kept_as,
                 .outputs = arm_outputs(verified.status),
                 .max_abs = verified.max_abs,
                 .keeps_heap = is_kept && session.report().keeps_heap};
    arm.request.label = stages[i].label;
    arm.request.model_path = stages[i].path;
    arms.push_back(arm);
  }
  return arms;
}

}  // namespace tsctl
