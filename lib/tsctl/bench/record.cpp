#include "tsctl/bench/record.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>
#include <string>

#include "tsctl/bench/arm_opening.h"
#include "tsctl/bench/launched_arm.h"
#include "tsctl/core/stats/percentile.h"
#include "tsctl/core/stats/statistics.h"
#include "tsctl/core/stats/warm_up.h"

namespace tsctl {

namespace {

constexpr std::array kPercentiles{0.5, 0.9, 0.95, 0.99, 0.999};
// Calls of the first launch that the warm-up is classified by and the report keeps.
constexpr std::size_t kProfiledCalls = 500;
constexpr int kQuantiles = 100;  // steps from the least to the largest time
// Blocks that the report keeps of an arm: enough for a picture, whatever the budget was.
constexpr std::size_t kKeptBlocks = 1000;

std::optional<double> median_of(const std::vector<double>& values) {
  if (values.empty()) return std::nullopt;
  return median(values);
}

void add_percentiles(const ArmRecord& record, ArmResult& result) {
  std::vector<double> sorted = record.calls;
  std::sort(sorted.begin(), sorted.end());
  for (int percent = 0; percent <= kQuantiles; ++percent) {
    const double seconds = quantile_of_sorted(sorted, static_cast<double>(percent) / kQuantiles);
    result.quantiles_s.push_back(std::max(seconds, kShortestSeconds));
  }
  for (const double p : kPercentiles) {
    PercentileResult percentile{.p = p};
    const std::size_t needed = samples_for_quantile(p);
    const auto interval = quantile_interval(sorted, p);
    if (sorted.size() < needed || !interval) {
      percentile.reason =
          std::to_string(sorted.size()) + " samples are too few for an interval with an upper end";
    } else {
      percentile.value_s = quantile_of_sorted(sorted, p);
      percentile.low_s = interval->low;
      percentile.high_s = interval->high;
    }
    result.percentiles.push_back(percentile);
  }
}

void add_early_calls(const LaunchSamples& first_launch, ArmResult& result) {
  result.warm_up_s = first_launch.warm_up_s;
  for (const std::vector<double>& round : first_launch.rounds_s)
    result.warm_up_s.insert(result.warm_up_s.end(), round.begin(), round.end());
  if (result.warm_up_s.size() > kProfiledCalls) result.warm_up_s.resize(kProfiledCalls);
  for (double& seconds : result.warm_up_s) seconds = std::max(seconds, kShortestSeconds);
  result.warm_up = profile_warm_up(result.warm_up_s).kind;
}

void add_faults(const ArmRecord& record, ArmResult& result) {
  const std::vector<double>& faults = record.faults_per_call;
  result.page_faults_per_call =
      std::accumulate(faults.begin(), faults.end(), 0.0) / static_cast<double>(faults.size());
  result.page_faults_low = *std::min_element(faults.begin(), faults.end());
  result.page_faults_high = *std::max_element(faults.begin(), faults.end());
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

}  // namespace

ArmResult arm_result(const BenchArm& arm, const ArmRecord& record,
                     const LaunchSamples& first_launch, int launches, std::int64_t items_per_call) {
  ArmResult result{.label = arm.request.label, .kind = arm.kind, .outputs = arm.outputs};
  result.max_abs = arm.max_abs;
  result.samples = static_cast<std::int64_t>(record.calls.size());
  result.launches = launches;
  result.median_s = median(record.calls);
  if (record.calls.size() >= kMinSamplesForP99) {
    result.p99_s = quantile(record.calls, 0.99);
  } else {
    result.p99_s_reason = std::to_string(record.calls.size()) + " samples, " +
                          std::to_string(kMinSamplesForP99) + " are needed for a 99th percentile";
  }
  const double total_s = std::accumulate(record.calls.begin(), record.calls.end(), 0.0);
  result.mean_s = total_s / static_cast<double>(record.calls.size());
  result.min_s = *std::min_element(record.calls.begin(), record.calls.end());
  result.spread = relative_spread(record.calls);
  const double items = items_per_call > 0 ? static_cast<double>(items_per_call) : 1.0;
  result.throughput_per_s = items / *result.median_s;
  result.throughput_unit = items_per_call > 0 ? ThroughputUnit::items : ThroughputUnit::calls;
  result.total_time_s = total_s;
  result.time_per_iteration_ms = *result.mean_s * 1000.0;
  result.throughput = items * static_cast<double>(record.calls.size()) / total_s;
  result.first_call_s = median_of(record.first);
  result.second_call_s = median_of(record.second);
  result.third_call_s = median_of(record.third);
  if (const auto steady = median_of(record.steady)) result.steady_at_call = std::lround(*steady);
  result.load_s = median_of(record.load);
  result.opening = median_opening(record.openings);
  result.peak_memory_bytes = record.peak_memory_bytes;
  add_percentiles(record, result);
  add_early_calls(first_launch, result);
  add_faults(record, result);
  result.threads = arm.request.threads;
  result.executor = arm.request.executor;
  result.allocator = arm.request.allocator;
  result.tuning = arm.request.tuning;
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
                        .median_s = std::max(median(launch.rounds_s[round]), kShortestSeconds)});
    }
  }
  if (blocks.size() <= kKeptBlocks) return blocks;
  std::vector<BlockTime> kept;
  for (std::size_t i = 0; i < kKeptBlocks; ++i)
    kept.push_back(blocks[i * blocks.size() / kKeptBlocks]);
  return kept;
}

}  // namespace tsctl
