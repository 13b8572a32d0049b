#include "tsctl/bench/load_blocks.h"

#include <fmt/format.h>

#include <algorithm>

#include "tsctl/bench/launched_arm.h"
#include "tsctl/core/base/units.h"
#include "tsctl/core/stats/statistics.h"

namespace tsctl {

namespace {

constexpr double kMinWindowSeconds = 0.2;
// Of a closed loop: more calls hardly improve its time per call.
constexpr double kCallsInWindow = 30.0;
// Of an open loop: a window starts with an empty queue, so it must be long enough for the queue to build up.
constexpr double kArrivalsInWindow = 100.0;
constexpr double kOpenWindowSeconds = 1.0;
constexpr double kMinArrivals = 3.0;
// The windows are short enough for this many rounds per launch.
constexpr double kRoundsWanted = 6.0;
// An arm that completes less than this share of the offered calls cannot keep up.
constexpr double kMinCompletedShare = 0.95;

std::uint64_t window_seed(std::uint64_t seed, int launch, std::size_t round) {
  // Odd factors give launches and rounds different seeds. Instances add their number to it.
  return seed * 0x9E3779B97F4A7C15U + static_cast<std::uint64_t>(launch) * 0xD1B54A32D192ED03U +
         round * 0x8CB92BA72F3D8DD7U;
}

}  // namespace

LoadBlocks::LoadBlocks(const LoadPlan& plan, std::uint64_t seed, std::size_t arms)
    : plan_(plan), seed_(seed), s_per_call_(arms, 0.0), totals_(arms) {}

void LoadBlocks::warm_up(std::size_t index, LaunchedArm& arm) {
  LoadWindow window{.plan = plan_, .seconds = kMinWindowSeconds, .seed = seed_};
  window.plan.rate_per_s.reset();  // a closed loop, which measures the time per call
  arm.begin_load(window);
  const LoadTimes times = arm.end_load();
  s_per_call_[index] = times.elapsed_s / static_cast<double>(times.latency_s.size());
}

double LoadBlocks::shortest_window_s() const {
  if (!plan_.rate_per_s) return kMinWindowSeconds;
  return std::max(kMinWindowSeconds, kMinArrivals * plan_.instances / *plan_.rate_per_s);
}

double LoadBlocks::shortest_round_s() const {
  return shortest_window_s() * static_cast<double>(s_per_call_.size());
}

void LoadBlocks::plan_windows(double left_s) {
  const double min_s = shortest_window_s();
  const double wanted_s = plan_.rate_per_s
                              ? std::max(kOpenWindowSeconds, kArrivalsInWindow / *plan_.rate_per_s)
                              : std::max(min_s, kCallsInWindow * std::ranges::max(s_per_call_));
  const double affordable_s = left_s / (kRoundsWanted * static_cast<double>(s_per_call_.size()));
  window_s_ = std::max(min_s, std::min(wanted_s, affordable_s));
}

LoadBlock LoadBlocks::run(std::size_t index, LaunchedArm& arm, int launch, std::size_t round) {
  const LoadWindow window{
      .plan = plan_, .seconds = window_s_, .seed = window_seed(seed_, launch, round)};
  arm.begin_load(window);
  LoadBlock block{.times = arm.end_load()};
  const LoadTimes& times = block.times;
  const auto completed = static_cast<std::int64_t>(times.latency_s.size());
  block.calls = completed + std::int64_t{plan_.concurrency} * plan_.instances;
  block.compared_s =
      plan_.rate_per_s ? median(times.latency_s) : times.elapsed_s / static_cast<double>(completed);
  Totals& totals = totals_[index];
  totals.offered += times.offered;
  totals.completed += completed;
  totals.window_s += window_s_;
  totals.elapsed_s += times.elapsed_s;
  const double shortest_s = std::ranges::min(times.latency_s);
  totals.late_s += std::max(0.0, times.elapsed_s - window_s_ - shortest_s);
  return block;
}

void LoadBlocks::report(std::int64_t items_per_call, BenchResult& result) const {
  result.load = plan_;
  if (!active()) return;
  const double items = items_per_call > 0 ? static_cast<double>(items_per_call) : 1.0;
  for (std::size_t i = 0; i < result.arms.size(); ++i) {
    ArmResult& arm = result.arms[i];
    const Totals& totals = totals_[i];
    const auto completed = static_cast<double>(totals.completed);
    // In an open loop one call may still run at the window's end; late_s does not count it.
    const double time_s = plan_.rate_per_s ? totals.window_s + totals.late_s : totals.elapsed_s;
    const double achieved = completed / time_s;
    arm.achieved_per_s = achieved;
    arm.throughput_per_s = items * achieved;
    arm.throughput = items * achieved;
    if (!plan_.rate_per_s) continue;
    arm.loop = Loop::open;
    const auto offered = static_cast<double>(totals.offered);
    arm.offered_per_s = offered / totals.window_s;
    if (completed >= kMinCompletedShare * offered &&
        totals.late_s <= (1.0 - kMinCompletedShare) * totals.window_s)
      continue;
    result.warnings.push_back(
        {WarningCode::overloaded,
         fmt::format("'{}' cannot keep up: it completed {} of {} offered calls per second, so its "
                     "latencies grow with the length of the window; lower --rate, or raise "
                     "--concurrency or --instances",
                     arm.label, rate_text(achieved), rate_text(*arm.offered_per_s))});
  }
}

}  // namespace tsctl
