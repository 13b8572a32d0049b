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

// The median of a number that `value` finds in launches; nullopt if it finds none.
template <typename Value>
std::optional<double> median_over_launches(const ArmRecord& record, const Value& value) {
  std::vector<double> values;
  for (const LaunchRecord& launch : record) {
    if (const std::optional<double> found = value(launch)) values.push_back(*found);
  }
  return median_if_any(values);
}

// The time of the call number `index`, counted from 0, of a launch.
std::optional<double> median_of_early_call(const ArmRecord& record, std::size_t index) {
  return median_over_launches(record, [index](const LaunchRecord& launch) {
    const std::vector<double>& calls = launch.samples.warm_up_s;
    return index < calls.size() ? std::optional(calls[index]) : std::nullopt;
  });
}

void add_start(const ArmRecord& record, ArmResult& result) {
  result.first_call_s = median_of_early_call(record, 0);
  result.second_call_s = median_of_early_call(record, 1);
  result.third_call_s = median_of_early_call(record, 2);
  result.load_s = median_over_launches(
      record, [](const LaunchRecord& launch) { return std::optional(launch.load_s); });
  if (const auto steady = median_over_launches(
          record, [](const LaunchRecord& launch) { return launch.steady_at_call; }))
    result.steady_at_call = std::lround(*steady);
  std::vector<ArmOpening> openings;
  for (const LaunchRecord& launch : record) openings.push_back(launch.opening);
  result.opening = median_opening(openings);
}

void add_warm_up(const LaunchSamples& first_launch, bool under_load, ArmResult& result) {
  result.warm_up_s = first_launch.warm_up_s;
  if (!under_load) {
    for (const std::vector<double>& round : first_launch.rounds_s)
      result.warm_up_s.insert(result.warm_up_s.end(), round.begin(), round.end());
  }
  if (result.warm_up_s.size() > kMaxWarmUpCalls) result.warm_up_s.resize(kMaxWarmUpCalls);
  for (double& seconds : result.warm_up_s) seconds = std::max(seconds, kMinSeconds);
  result.warm_up = profile_warm_up(result.warm_up_s).kind;
}

void add_memory(const ArmRecord& record, ArmResult& result) {
  std::vector<double> faults_per_call;
  for (const LaunchRecord& launch : record) {
    faults_per_call.push_back(static_cast<double>(launch.page_faults) /
                              static_cast<double>(launch.calls));
    result.peak_memory_bytes = std::max(result.peak_memory_bytes, launch.peak_memory_bytes);
  }
  result.page_faults_per_call = mean(faults_per_call);
  result.page_faults_low = std::ranges::min(faults_per_call);
  result.page_faults_high = std::ranges::max(faults_per_call);
}

void add_core_waits(const ArmRecord& record, ArmResult& result) {
  std::optional<double> waited_s;
  for (const LaunchRecord& launch : record) {
    if (launch.core_wait_s) waited_s = waited_s.value_or(0.0) + *launch.core_wait_s;
  }
  if (waited_s) result.core_wait_share = *waited_s / (*waited_s + *result.total_time_s);
}

void add_transfers(const ArmRecord& record, ArmResult& result) {
  std::vector<TransferTimes> launches;
  for (const LaunchRecord& launch : record) {
    if (launch.transfers) launches.push_back(*launch.transfers);
  }
  if (launches.empty()) return;
  const auto middle = [&launches](double TransferTimes::*part) {
    std::vector<double> seconds;
    for (const TransferTimes& times : launches) seconds.push_back(times.*part);
    return median(seconds);
  };
  result.transfers = {.to_device_s = middle(&TransferTimes::to_device_s),
                      .compute_s = middle(&TransferTimes::compute_s),
                      .from_device_s = middle(&TransferTimes::from_device_s),
                      .enqueue_s = middle(&TransferTimes::enqueue_s),
                      .wall_s = middle(&TransferTimes::wall_s)};
}

void add_settings(const BenchArm& arm, const ArmRecord& record, ArmResult& result) {
  result.threads = arm.request.settings.threads;
  result.executor = arm.request.settings.executor;
  result.allocator = arm.request.allocator;
  result.keeps_heap = arm.keeps_heap;
  result.tuning = arm.request.settings.tuning;
  result.tuning_reason = arm.tuning_reason;
  const std::string reason = tuning_reason(record);
  if (!arm.tuning_reason.empty() && !reason.empty()) result.tuning_reason += "; ";
  result.tuning_reason += reason;
}

std::vector<double> timed_calls(const ArmRecord& record) {
  std::vector<double> calls;
  for (const LaunchRecord& launch : record) {
    for (const std::vector<double>& round : launch.samples.rounds_s)
      calls.insert(calls.end(), round.begin(), round.end());
  }
  return calls;
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

void Measurements::begin_launch(const std::vector<BenchArm>& arms) {
  const int launch = launches() + 1;
  for (std::size_t i = 0; i < arms.size(); ++i) {
    records[i].push_back({.samples = {.arm = arms[i].request.label, .launch = launch}});
    log_ratios[i].emplace_back();
  }
}

void Measurements::keep_launches(int count) {
  const auto kept = static_cast<std::size_t>(count);
  for (ArmRecord& record : records) record.resize(std::min(kept, record.size()));
  for (LogRatios& ratios : log_ratios) ratios.resize(std::min(kept, ratios.size()));
}

ArmResult arm_result(const BenchArm& arm, const ArmRecord& record, bool under_load,
                     std::int64_t items_per_call) {
  ArmResult result{.label = arm.request.label, .kind = arm.kind, .outputs = arm.outputs};
  result.max_abs = arm.max_abs;
  result.launches = static_cast<int>(record.size());
  add_times(timed_calls(record), items_per_call, result);
  add_start(record, result);
  add_warm_up(record.front().samples, under_load, result);
  add_memory(record, result);
  add_core_waits(record, result);
  add_settings(arm, record, result);
  add_transfers(record, result);
  return result;
}

std::string tuning_reason(const ArmRecord& record) {
  const auto found = std::ranges::find_if(
      record, [](const LaunchRecord& launch) { return !launch.tuning_reason.empty(); });
  return found == record.end() ? std::string() : found->tuning_reason;
}

std::vector<BlockTime> block_times(const ArmRecord& record) {
  std::vector<BlockTime> blocks;
  for (const LaunchRecord& recorded : record) {
    const LaunchSamples& launch = recorded.samples;
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

std::vector<LaunchSamples> samples_of(const Measurements& measurements) {
  std::vector<LaunchSamples> samples;
  for (std::size_t launch = 0; launch < measurements.records.front().size(); ++launch) {
    for (const ArmRecord& record : measurements.records) samples.push_back(record[launch].samples);
  }
  return samples;
}

}  // namespace tsctl
