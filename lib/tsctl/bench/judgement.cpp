#include "tsctl/bench/judgement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tsctl/core/stats/holm.h"
#include "tsctl/core/stats/ratio_estimate.h"
#include "tsctl/core/stats/ratio_variation.h"
#include "tsctl/core/stats/verdict.h"

namespace tsctl {

namespace {

// The probability that any gate fails without a regression: that of a single 95% interval.
constexpr double kFamilyAlpha = 0.05;
// The minimum cost of a minor page fault. 0.5 to 8 us were measured, the larger values in virtual machines.
constexpr double kMinFaultSeconds = 0.5e-6;

// Whether the page faults of a call cost more than the margin of its time.
bool exceeds_margin(double page_faults, double margin, const ArmResult& arm) {
  return page_faults * kMinFaultSeconds > margin * *arm.median_s;
}

void warn_of_launches(const ArmResult& arm, double margin, BenchResult& result) {
  if (!exceeds_margin(*arm.page_faults_high - *arm.page_faults_low, margin, arm)) return;
  result.warnings.push_back(
      {WarningCode::page_faults_differ,
       fmt::format("the launches of '{}' had {} to {} page faults per call, because the allocator "
                   "returned memory to the system in some of them; --allocator keep prevents this",
                   arm.label, std::lround(*arm.page_faults_low),
                   std::lround(*arm.page_faults_high))});
}

void warn_of_arms(const ArmResult& base, const ArmResult& arm, double margin, BenchResult& result) {
  const double faults = *arm.page_faults_per_call;
  const double base_faults = *base.page_faults_per_call;
  if (!exceeds_margin(std::abs(faults - base_faults), margin, arm)) return;
  result.warnings.push_back(
      {WarningCode::page_faults_of_arms_differ,
       fmt::format("'{}' has {} page faults per call, '{}' has {}: the allocator causes part of "
                   "the difference in time; --allocator keep removes it",
                   arm.label, std::lround(faults), base.label, std::lround(base_faults))});
}

}  // namespace

bool is_judged(const BenchArm& arm) { return arm.outputs != ArmOutputs::differ; }

std::vector<std::size_t> judged_arms(const std::vector<BenchArm>& arms) {
  std::vector<std::size_t> judged;
  for (std::size_t i = 1; i < arms.size(); ++i) {
    if (is_judged(arms[i])) judged.push_back(i);
  }
  return judged;
}

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
  const RatioVariation variation = ratio_variation(log_ratios);
  pair.dominated_by =
      variation.launches > variation.medians ? VariationSource::launches : VariationSource::blocks;
  return pair;
}

void judge_gates(const std::vector<BenchArm>& arms, const std::vector<LogRatios>& log_ratios,
                 const BenchOptions& options, std::vector<PairResult>& pairs) {
  const std::vector<std::size_t> judged = judged_arms(arms);
  std::vector<TestAtLevel> tests;
  for (const std::size_t i : judged) {
    tests.emplace_back([&, i](double alpha) {
      const RatioEstimate estimate = estimate_ratio(log_ratios[i], options.seed, 0, 1.0 - alpha);
      return regresses(estimate.interval, *options.max_regress);
    });
  }
  const std::vector<bool> failed = holm_rejections(tests, kFamilyAlpha);
  for (std::size_t i = 0; i < judged.size(); ++i)
    pairs[judged[i] - 1].gate = failed[i] ? Gate::fail : Gate::pass;
}

void warn_of_page_faults(double margin, BenchResult& result) {
  for (const ArmResult& arm : result.arms) warn_of_launches(arm, margin, result);
  const ArmResult& base = result.arms.front();
  for (std::size_t i = 1; i < result.arms.size(); ++i)
    warn_of_arms(base, result.arms[i], margin, result);
}

}  // namespace tsctl
