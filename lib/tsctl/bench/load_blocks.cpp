#include "tsctl/bench/load_blocks.h"

#include <algorithm>
#include <string>

#include "tsctl/bench/launched_arm.h"
#include "tsctl/core/base/units.h"
#include "tsctl/core/stats/statistics.h"

namespace tsctl {

namespace {

constexpr double kShortestWindowSeconds = 0.2;
// A closed loop's window: calls beyond these add little to its one number.
constexpr double kCallsInWindow = 30.0;
// An open loop's: each window begins with no call waiting, which must not colour most of it.
constexpr double kArrivalsInWindow = 100.0;
constexpr double kLongWindowSeconds = 1.0;
constexpr double kFewestArrivals = 3.0;
// Rounds that a launch should have room for.
constexpr double kRoundsWanted = 6.0;
// An arm that ends fewer than this share of the calls in their time cannot keep up.
constexpr double kKeptUp = 0.95;

std::uint64_t window_seed(std::uint64_t seed, int launch, std::size_t round) {
  // Odd factors keep launches and rounds apart; instances count on from here.
  return seed * 0x9E3779B97F4A7C15U + static_cast<std::uint64_t>(launch) * 0xD1B54A32D192ED03U +
         round * 0x8CB92BA72F3D8DD7U;
}

}  // namespace

LoadBlocks::LoadBlocks(const LoadPlan& plan, std::uint64_t seed, std::size_t arms)
    : plan_(plan),
      seed_(seed),
      window_s_(kShortestWindowSeconds),
      s_per_call_(arms, 0.0),
      totals_(arms) {}

void LoadBlocks::warm_up(std::size_t index, LaunchedArm& arm) {
  LoadWindow window{.plan = plan_, .seconds = kShortestWindowSeconds, .seed = seed_};
  window.plan.rate_per_s.reset();  // as many calls as it can take, whatever is offered later
  arm.begin_load(window);
  const LoadTimes times = arm.end_load();
  s_per_call_[index] = times.elapsed_s / static_cast<double>(times.latency_s.size());
}

void LoadBlocks::plan_windows(double left_s) {
  double shortest_s = kShortestWindowSeconds;
  double wanted_s = shortest_s;
  if (plan_.rate_per_s) {
    // For each instance, which has at least one call in every window whatever its share of the rate.
    shortest_s = std::max(shortest_s, kFewestArrivals * plan_.instances / *plan_.rate_per_s);
    wanted_s = std::max(kLongWindowSeconds, kArrivalsInWindow / *plan_.rate_per_s);
  } else {
    const double slowest_s = *std::max_element(s_per_call_.begin(), s_per_call_.end());
    wanted_s = std::max(shortest_s, kCallsInWindow * slowest_s);
  }
  const double affordable_s = left_s / (kRoundsWanted * static_cast<double>(s_per_call_.size()));
  window_s_ = std::max(shortest_s, std::min(wanted_s, affordable_s));
}

LoadBlock LoadBlocks::run(std::size_t index, LaunchedArm& arm, int launch, std::size_t round) {
  const LoadWindow window{
      .plan = plan_, .seconds = window_s_, .seed = window_seed(seed_, launch, round)};
  arm.begin_load(window);
  LoadBlock block{.times = arm.end_load()};
  const LoadTimes& times = block.times;
  const auto ended = static_cast<std::int64_t>(times.latency_s.size());
  block.calls = ended + plan_.concurrency * plan_.instances;
  block.compared_s = plan_.rate_per_s
                         ? median(times.latency_s)
                         : times.elapsed_s / static_cast<double>(times.latency_s.size());
  Totals& totals = totals_[index];
  totals.offered += times.offered;
  totals.ended += ended;
  totals.window_s += window_s_;
  totals.elapsed_s += times.elapsed_s;
  const double shortest_s = *std::min_element(times.latency_s.begin(), times.latency_s.end());
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
    // In an open loop a call that is under way at the window's end is no sign of falling behind.
    const double while_s = plan_.rate_per_s ? totals.window_s + totals.late_s : totals.elapsed_s;
    const double achieved = static_cast<double>(totals.ended) / while_s;
    arm.achieved_per_s = achieved;
    arm.throughput_per_s = items * achieved;
    arm.throughput = items * achieved;
    if (!plan_.rate_per_s) continue;
    arm.loop = Loop::open;
    const auto offered = static_cast<double>(totals.offered);
    arm.offered_per_s = offered / totals.window_s;
    if (static_cast<double>(totals.ended) >= kKeptUp * offered &&
        totals.late_s <= (1.0 - kKeptUp) * totals.window_s)
      continue;
    result.warnings.push_back(
        {WarningCode::overloaded,
         "'" + arm.label + "' cannot keep up: of " + rate_text(*arm.offered_per_s) +
             " calls offered a second it ended " + rate_text(achieved) +
             ", so that its latencies grow with the window; lower --rate, or raise "
             "--concurrency or --instances"});
  }
}

}  // namespace tsctl
