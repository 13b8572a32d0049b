#include "tsctl/bench/session_result.h"

#include <fmt/format.h>

#include <algorithm>

#include "tsctl/bench/judgement.h"
#include "tsctl/core/arm_settings.h"

namespace tsctl {

namespace {

void warn_of_arm(const BenchArm& arm, const ArmRecord& record, BenchResult& result) {
  const std::string& label = arm.request.label;
  if (const std::string reason = tuning_reason(record); !reason.empty()) {
    result.warnings.push_back(
        {WarningCode::tuning_not_available, fmt::format("'{}': {}", label, reason)});
  }
  const bool steady_every_time = std::ranges::all_of(
      record, [](const LaunchRecord& launch) { return launch.steady_at_call.has_value(); });
  if (!steady_every_time) {
    result.warnings.push_back(
        {WarningCode::warm_up_not_steady,
         fmt::format("the calls of '{}' did not become steady during the warm-up", label)});
  }
}

void warn_of_launches(const BenchOptions& options, int launches, BenchResult& result) {
  if (launches >= options.min_launches || result.partial) return;
  result.warnings.push_back(
      {WarningCode::too_few_launches,
       fmt::format("the budget allowed only {} of {} launches; raise --budget", launches,
                   options.min_launches)});
}

}  // namespace

BenchResult session_result(const std::vector<BenchArm>& arms, const BenchOptions& options,
                           const Measurements& measurements, const LoadBlocks& load,
                           const SessionEnd& end, std::int64_t items_per_call) {
  BenchResult result;
  result.budget_s = options.budget_s;
  result.measured_s = end.elapsed_s;
  result.python_load_s = end.python_load_s;
  result.stopped_by = end.stopped_by;
  result.partial = end.partial;
  result.wait_policy = end.wait_policy;
  for (std::size_t i = 0; i < arms.size(); ++i) {
    const ArmRecord& record = measurements.records[i];
    result.arms.push_back(arm_result(arms[i], record, load.active(), items_per_call));
    result.arms.back().blocks = block_times(record);
    if (i == 0) {
      result.arms.back().speed = ArmSpeed::reference;
    } else {
      result.pairs.push_back(judged_pair(arms, i, measurements.log_ratios[i], options));
    }
    warn_of_arm(arms[i], record, result);
  }
  judge_gates(arms, measurements.log_ratios, options, result.pairs);
  if (!load.active()) withhold_misleading(result.arms, result.pairs);
  for (std::size_t i = 0; i < result.pairs.size(); ++i) {
    if (const auto verdict = result.pairs[i].verdict)
      result.arms[i + 1].speed = arm_speed(*verdict);
  }
  load.report(items_per_call, result);
  warn_of_page_faults(options.margin, result);
  warn_of_launches(options, measurements.launches(), result);
  return result;
}

}  // namespace tsctl
