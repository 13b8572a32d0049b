#include "tsctl/bench/judgement.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "tsctl/core/stats/holm.h"
#include "tsctl/core/stats/launch_plan.h"
#include "tsctl/core/stats/statistics.h"
#include "tsctl/core/stats/verdict.h"

namespace tsctl {

namespace {

// Error of the whole family of gates: that of one 95% interval.
constexpr double kFamilyAlpha = 0.05;
// What a minor page fault costs at the least; 0.5 to 8 us were seen, the more in a virtual machine.
constexpr double kFaultSeconds = 0.5e-6;

}  // namespace

bool is_judged(const BenchArm& arm) { return arm.outputs != ArmOutputs::differ; }

PairResult judged_pair(const std::vector<BenchArm>& arms, std::size_t index,
                       const LogRatios& log_ratios, const BenchOptions& options) {
  PairResult pair{.base = arms[0].request.label, .arm = arms[index].request.label};
  pair.outputs = arms[index].outputs;
  pair.margin = options.margin;
  if (!is_judged(arms[index])) return pair;
  const RatioEstimate estimate = estimate_ratio(log_ratios, options.seed);
  pair.speedup = 1.0 / estimate.ratio;
  pair.speedup_low = 1.0 / estimate.interval.high;
  pair.speedup_high = 1.0 / estimate.interval.low;
  pair.verdict = speed_verdict(estimate.interval, options.margin);
  pair.pairs = static_cast<std::int64_t>(estimate.pairs);
  pair.launches = static_cast<std::int64_t>(estimate.launches);
  pair.launch_deviation = estimate.launch_deviation;
  pair.block_deviation = estimate.block_deviation;
  const RatioVariation variation = variation_of(log_ratios);
  pair.dominated_by =
      variation.launches > variation.medians ? VariationSource::launches : VariationSource::blocks;
  return pair;
}

void judge_gates(const std::vector<BenchArm>& arms, const std::vector<LogRatios>& log_ratios,
                 const BenchOptions& options, std::vector<PairResult>& pairs) {
  std::vector<std::size_t> judged;
  std::vector<TestAtLevel> tests;
  for (std::size_t i = 1; i < arms.size(); ++i) {
    if (!is_judged(arms[i])) continue;
    judged.push_back(i - 1);
    tests.push_back([&, i](double alpha) {
      const RatioEstimate estimate = estimate_ratio(log_ratios[i], options.seed, 0, 1.0 - alpha);
      return regresses(estimate.interval, *options.max_regress);
    });
  }
  const std::vector<bool> failed = holm_rejections(tests, kFamilyAlpha);
  for (std::size_t i = 0; i < judged.size(); ++i)
    pairs[judged[i]].gate = failed[i] ? Gate::fail : Gate::pass;
}

void warn_of_faults(double margin, BenchResult& result) {
  const auto matters = [margin](double low, double high, const ArmResult& arm) {
    return (high - low) * kFaultSeconds > margin * *arm.median_s;
  };
  for (const ArmResult& arm : result.arms) {
    if (!matters(*arm.page_faults_low, *arm.page_faults_high, arm)) continue;
    result.warnings.push_back(
        {WarningCode::page_faults_differ,
         "the launches of '" + arm.label + "' took " +
             std::to_string(std::lround(*arm.page_faults_low)) + " to " +
             std::to_string(std::lround(*arm.page_faults_high)) +
             " page faults a call: the heap gives memory back in some of them; --allocator keep "
             "holds it"});
  }
  const ArmResult& base = result.arms.front();
  for (std::size_t i = 1; i < result.arms.size(); ++i) {
    const ArmResult& arm = result.arms[i];
    const double mine = *arm.page_faults_per_call;
    const double theirs = *base.page_faults_per_call;
    if (!matters(std::min(mine, theirs), std::max(mine, theirs), arm)) continue;
    result.warnings.push_back(
        {WarningCode::page_faults_of_arms_differ,
         "'" + arm.label + "' takes " + std::to_string(std::lround(mine)) +
             " page faults a call, '" + base.label + "' " + std::to_string(std::lround(theirs)) +
             ": part of the difference is the heap's; --allocator keep takes it out"});
  }
}

}  // namespace tsctl
