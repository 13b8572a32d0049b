#include "tsctl/bench/session_result.h"

#include <fmt/format.h>

#include "tsctl/bench/judgement.h"
#include "tsctl/core/arm_settings.h"
#include "tsctl/core/base/units.h"

namespace tsctl {

namespace {

// A session that takes longer than this many times its budget gets a warning.
constexpr double kBudgetWarningRatio = 1.5;

void warn_of_arm(const BenchArm& arm, const ArmRecord& record, BenchResult& result) {
  const std::string& label = arm.request.label;
  if (!record.tuning_reason.empty()) {
    result.warnings.push_back(
        {WarningCode::tuning_not_available, fmt::format("'{}': {}", label, record.tuning_reason)});
  }
  if (!record.steady_every_time) {
    result.warnings.push_back(
        {WarningCode::warm_up_not_steady,
         fmt::format("the calls of '{}' did not become steady during the warm-up", label)});
  }
}

void warn_of_budget(const BenchOptions& options, int launches, double spent_s,
                    BenchResult& result) {
  if (spent_s > kBudgetWarningRatio * options.budget_s) {
    const std::size_t arms = result.arms.size();
    result.warnings.push_back(
        {WarningCode::over_budget,
         fmt::format("{} launches of {} {} took {}, the budget is {}: raise --budget, or lower "
                     "--launches",
                     launches, arms, arms == 1 ? "arm" : "arms", seconds_text(spent_s),
                     seconds_text(options.budget_s))});
  }
  if (launches < options.min_launches) {
    result.warnings.push_back(
        {WarningCode::too_few_launches,
         fmt::format("the budget allowed only {} of {} launches; raise --budget", launches,
                     options.min_launches)});
  }
}

}  // namespace

BenchResult session_result(const std::vector<BenchArm>& arms, const BenchOptions& options,
                           const Measurements& measurements, const LoadBlocks& load,
                           const SessionEnd& end, std::int64_t items_per_call) {
  BenchResult result;
  result.budget_s = options.budget_s;
  result.measured_s = end.elapsed_s;
  result.stopped_by = end.stopped_by;
  for (std::size_t i = 0; i < arms.size(); ++i) {
    const ArmRecord& record = measurements.records[i];
    LaunchSamples first_launch = measurements.samples[i];
    if (load.active()) first_launch.rounds_s.clear();  // latencies under load are not warm-up
    result.arms.push_back(
        arm_result(arms[i], record, first_launch, measurements.launches, items_per_call));
    result.arms.back().blocks = block_times(measurements.samples, i, arms.size());
    if (i == 0) {
      result.arms.back().speed = ArmSpeed::reference;
    } else {
      result.pairs.push_back(judged_pair(arms, i, measurements.log_ratios[i], options));
      if (const auto verdict = result.pairs.back().verdict)
        result.arms.back().speed = arm_speed(*verdict);
    }
    warn_of_arm(arms[i], record, result);
  }
  load.report(items_per_call, result);
  if (options.max_regress) judge_gates(arms, measurements.log_ratios, options, result.pairs);
  warn_of_page_faults(options.margin, result);
  warn_of_budget(options, measurements.launches, end.spent_s, result);
  return result;
}

}  // namespace tsctl
