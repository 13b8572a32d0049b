#include "tsctl/bench/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "tsctl/bench/arm_opening.h"
#include "tsctl/core/stats/percentile.h"
#include "tsctl/core/stats/statistics.h"
#include "tsctl/core/stats/warm_up.h"

namespace tsctl {

namespace {

constexpr std::array kPercentiles{0.5, 0.9, 0.95, 0.99, 0.999};
// Calls of the first launch that the report keeps and whose warm-up is classified.
constexpr std::size_t kMaxWarmUpCalls = 500;
constexpr int kQuantiles = 100;  // steps from the smallest to the largest time
// Rounds of an arm that the report keeps: enough for a plot.
constexpr std::size_t kMaxBlocks = 1000;

void add_quantiles(const std::vector<double>& sorted, ArmResult& result) {
  for (int percent = 0; percent <= kQuantiles; ++percent) {
    const double seconds = quantile_of_sorted(sorted, static_cast<double>(percent) / kQuantiles);
    result.quantiles_s.push_back(std::max(seconds, kMinSeconds));
  }
}

void add_percentiles(const std::vector<double>& sorted, ArmResult& result) {
  for (const double p : kPercentiles) {
    PercentileResult percentile{.p = p};
    const std::size_t needed = samples_for_quantile(p);
    const auto interval = quantile_interval(sorted, p);
    if (sorted.size() < needed || !interval) {
      percentile.reason =
          fmt::format("{} samples are too few for a confidence interval", sorted.size());
    } else {
      percentile.value_s = quantile_of_sorted(sorted, p);
      percentile.low_s = interval->low;
      percentile.high_s = interval->high;
    }
    result.percentiles.push_back(percentile);
  }
}

void add_p99(const std::vector<double>& sorted, ArmResult& result) {
  if (sorted.size() >= kMinSamplesForP99) {
    result.p99_s = quantile_of_sorted(sorted, 0.99);
  } else {
    result.p99_s_reason = fmt::format("{} samples, {} are needed for a 99th percentile",
                                      sorted.size(), kMinSamplesForP99);
  }
}

void add_warm_up(const LaunchSamples& first_launch, ArmResult& result) {
  result.warm_up_s = first_launch.warm_up_s;
  for (const std::vector<double>& round : first_launch.rounds_s)
    result.warm_up_s.insert(result.warm_up_s.end(), round.begin(), round.end());
  if (result.warm_up_s.size() > kMaxWarmUpCalls) result.warm_up_s.resize(kMaxWarmUpCalls);
  for (double& seconds : result.warm_up_s) seconds = std::max(seconds, kMinSeconds);
  result.warm_up = profile_warm_up(result.warm_up_s).kind;
}

void add_faults(const ArmRecord& record, ArmResult& result) {
  const std::vector<double>& faults = record.faults_per_call;
  result.page_faults_per_call = mean(faults);
  result.page_faults_low = *std::ranges::min_element(faults);
  result.page_faults_high = *std::ranges::max_element(faults);
}

void add_transfers(const ArmRecord& record, ArmResult& result) {
  if (record.transfers.empty()) return;
  const auto middle = [&record](double TransferTimes::*part) {
    std::vector<double> seconds;
    for (const TransferTimes& times : record.transfers) seconds.push_back(times.*part);
    return median(seconds);
  };
  result.transfers = {.to_device_s = middle(&TransferTimes::to_device_s),
                      .compute_s = middle(&TransferTimes::compute_s),
                      .from_device_s = middle(&TransferTimes::from_device_s),
                      .enqueue_s = middle(&TransferTimes::enqueue_s),
                      .wall_s = middle(&TransferTimes::wall_s)};
}

// The times of all calls, and the throughput that follows from them.
void add_times(const std::vector<double>& calls, std::int64_t items_per_call, ArmResult& result) {
  std::vector<double> sorted = calls;
  std::ranges::sort(sorted);
  const double total_s = std::accumulate(calls.begin(), calls.end(), 0.0);
  result.samples = static_cast<std::int64_t>(calls.size());
  result.median_s = quantile_of_sorted(sorted, 0.5);
  result.mean_s = total_s / static_cast<double>(calls.size());
  result.min_s = sorted.front();
  result.spread = relative_spread(sorted);
  const double items = items_per_call > 0 ? static_cast<double>(items_per_call) : 1.0;
  result.throughput_per_s = items / *result.median_s;
  result.throughput_unit = items_per_call > 0 ? ThroughputUnit::items : ThroughputUnit::calls;
  result.total_time_s = total_s;
  result.time_per_iteration_ms = *result.mean_s * 1000.0;
  result.throughput = items * static_cast<double>(calls.size()) / total_s;
  add_p99(sorted, result);
  add_quantiles(sorted, result);
  add_percentiles(sorted, result);
}

}  // namespace

ArmResult arm_result(const BenchArm& arm, const ArmRecord& record,
                     const LaunchSamples& first_launch, int launches, std::int64_t items_per_call) {
  ArmResult result{.label = arm.request.label, .kind = arm.kind, .outputs = arm.outputs};
  result.max_abs = arm.max_abs;
  result.launches = launches;
  add_times(record.calls, items_per_call, result);
  result.first_call_s = median_if_any(record.first);
  result.second_call_s = median_if_any(record.second);
  result.third_call_s = median_if_any(record.third);
  if (const auto steady = median_if_any(record.steady))
    result.steady_at_call = std::lround(*steady);
  result.load_s = median_if_any(record.load);
  result.opening = median_opening(record.openings);
  result.peak_memory_bytes = record.peak_memory_bytes;
  add_warm_up(first_launch, result);
  add_faults(record, result);
  result.threads = arm.request.settings.threads;
  result.executor = arm.request.settings.executor;
  result.allocator = arm.request.allocator;
  result.tuning = arm.request.settings.tuning;
  result.tuning_reason = arm.tuning_reason;
  if (!arm.tuning_reason.empty() && !record.tuning_reason.empty()) result.tuning_reason += "; ";
  result.tuning_reason += record.tuning_reason;
  add_transfers(record, result);
  return result;
}

std::vector<BlockTime> block_times(const std::vector<LaunchSamples>& samples, std::size_t index,
                                   std::size_t arms) {
  std::vector<BlockTime> blocks;
  for (std::size_t at = index; at < samples.size(); at += arms) {
    const LaunchSamples& launch = samples[at];
    for (std::size_t round = 0; round < launch.rounds_s.size(); ++round) {
      if (launch.rounds_s[round].empty()) continue;
      blocks.push_back({.launch = launch.launch,
                        .round = static_cast<int>(round) + 1,
                        .turn = round < launch.turns.size() ? launch.turns[round].at(0) : 1,
                        .median_s = std::max(median(launch.rounds_s[round]), kMinSeconds)});
    }
  }
  if (blocks.size() <= kMaxBlocks) return blocks;
  std::vector<BlockTime> selection;
  for (std::size_t i = 0; i < kMaxBlocks; ++i)
    selection.push_back(blocks[i * blocks.size() / kMaxBlocks]);
  return selection;
}

}  // namespace tsctl
