#include "tsctl/bench/judgement.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "tsctl/core/page_faults.h"
#include "tsctl/core/stats/holm.h"
#include "tsctl/core/stats/ratio_estimate.h"
#include "tsctl/core/stats/ratio_variation.h"
#include "tsctl/core/stats/verdict.h"

namespace tsctl {

namespace {

// The probability that any gate fails without a regression: that of a single 95% interval.
constexpr double kFamilyAlpha = 0.05;
// On the scale of logarithms: an interval that is wider, or an estimate that is further from the ratio of the medians
// of all calls, shows nothing.
constexpr double kMaxWidth = std::numbers::ln2;
const double kMaxContradiction = std::log(1.1);

// Whether the page faults of a call cost more than the margin of its time.
bool exceeds_margin(double page_faults, double margin, const ArmResult& arm) {
  return page_fault_share(page_faults, arm) > margin;
}

// "'a' (0 to 478), 'b' (106 to 462)": the arms whose launches differ.
std::string arms_with_different_launches(const BenchResult& result, double margin) {
  std::vector<std::string> arms;
  for (const ArmResult& arm : result.arms) {
    const double low = *arm.page_faults_low;
    const double high = *arm.page_faults_high;
    if (exceeds_margin(high - low, margin, arm)) {
      arms.push_back(
          fmt::format("'{}' ({} to {})", arm.label, std::lround(low), std::lround(high)));
    }
  }
  return fmt::format("{}", fmt::join(arms, ", "));
}

// "'b' (250)": the arms that differ from the baseline.
std::string arms_unlike_the_baseline(const BenchResult& result, double margin) {
  const double base_faults = *result.arms.front().page_faults_per_call;
  std::vector<std::string> arms;
  for (const ArmResult& arm : result.arms) {
    const double faults = *arm.page_faults_per_call;
    if (exceeds_margin(std::abs(faults - base_faults), margin, arm))
      arms.push_back(fmt::format("'{}' ({})", arm.label, std::lround(faults)));
  }
  return fmt::format("{}", fmt::join(arms, ", "));
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
  pair.pairs = static_cast<std::int64_t>(estimate.rounds);
  pair.launches = static_cast<std::int64_t>(estimate.launches);
  pair.launch_deviation = estimate.launch_deviation;
  pair.block_deviation = estimate.round_deviation;
  const RatioVariation variation = ratio_variation(log_ratios);
  pair.dominated_by =
      variation.launches > variation.medians ? VariationSource::launches : VariationSource::rounds;
  return pair;
}

void withhold_misleading(const std::vector<ArmResult>& arms, std::vector<PairResult>& pairs) {
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    PairResult& pair = pairs[i];
    if (!pair.speedup) continue;
    const double width = std::log(*pair.speedup_high / *pair.speedup_low);
    const double of_medians = std::max(*arms.front().median_s, kMinSeconds) /
                              std::max(*arms[i + 1].median_s, kMinSeconds);
    const double contradiction = std::abs(std::log(of_medians / *pair.speedup));
    const bool contradicts = contradiction > std::max(width, kMaxContradiction);
    const bool shows_nothing = width > kMaxWidth && pair.verdict == SpeedVerdict::inconclusive;
    if (!contradicts && !shows_nothing) continue;
    pair.speedup_reason =
        shows_nothing ? fmt::format("the interval [{:.3g}, {:.3g}] is too wide to show anything",
                                    *pair.speedup_low, *pair.speedup_high)
                      : fmt::format("the rounds give {:.3g}, the medians of all calls {:.3g}",
                                    *pair.speedup, of_medians);
    pair.speedup.reset();
    pair.speedup_low.reset();
    pair.speedup_high.reset();
    pair.verdict = SpeedVerdict::inconclusive;
    if (pair.gate && contradicts) pair.gate = Gate::undecided;
  }
}

std::optional<double> gate_limit(const BenchOptions& options, std::size_t index, std::size_t arms) {
  if (options.max_regress) return speedup_limit(*options.max_regress);
  if (options.require_speedup && index + 1 == arms) return options.require_speedup;
  return std::nullopt;
}

void judge_gates(const std::vector<BenchArm>& arms, const std::vector<LogRatios>& log_ratios,
                 const BenchOptions& options, std::vector<PairResult>& pairs) {
  std::vector<std::size_t> gated = judged_arms(arms);
  std::erase_if(gated, [&](std::size_t i) { return !gate_limit(options, i, arms.size()); });
  const auto estimate = [&](std::size_t i, double confidence) {
    return estimate_ratio(log_ratios[i], options.seed, 0, confidence).interval;
  };
  std::vector<TestAtLevel> tests;
  for (const std::size_t i : gated) {
    const double limit = gate_limit(options, i, arms.size()).value_or(0.0);
    tests.emplace_back(
        [&, i, limit](double alpha) { return misses(estimate(i, 1.0 - alpha), limit); });
  }
  const std::vector<bool> failed = holm_rejections(tests, kFamilyAlpha);
  for (std::size_t k = 0; k < gated.size(); ++k) {
    const std::size_t i = gated[k];
    PairResult& pair = pairs[i - 1];
    pair.gate_limit = gate_limit(options, i, arms.size());
    const bool passed = reaches(estimate(i, 1.0 - kFamilyAlpha), *pair.gate_limit);
    pair.gate = failed[k] ? Gate::fail : passed ? Gate::pass : Gate::undecided;
  }
}

void warn_of_page_faults(double margin, BenchResult& result) {
  const std::string launches = arms_with_different_launches(result, margin);
  if (!launches.empty()) {
    result.warnings.push_back(
        {WarningCode::page_faults_differ,
         fmt::format(
             "page faults per call differ between the launches of {}, because the allocator "
             "returned memory to the system in some of them; --allocator keep prevents this",
             launches)});
    return;
  }
  const std::string arms = arms_unlike_the_baseline(result, margin);
  if (arms.empty()) return;
  const ArmResult& base = result.arms.front();
  result.warnings.push_back(
      {WarningCode::page_faults_of_arms_differ,
       fmt::format("page faults per call differ from those of '{}' ({}): {}; the allocator causes "
                   "part of the difference in time, and --allocator keep removes it",
                   base.label, std::lround(*base.page_faults_per_call), arms)});
}

}  // namespace tsctl
