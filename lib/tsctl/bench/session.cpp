#include "tsctl/bench/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>
#include <utility>

#include "tsctl/bench/arm_instances.h"
#include "tsctl/bench/budget.h"
#include "tsctl/bench/launch_run.h"
#include "tsctl/bench/load_blocks.h"
#include "tsctl/bench/precision.h"
#include "tsctl/bench/record.h"
#include "tsctl/bench/session_result.h"
#include "tsctl/core/stats/launch_plan.h"

namespace tsctl {

namespace {

// The first launches are a pilot: a fixed, small number of rounds shows how launches and rounds vary, and the time
// for the other launches is planned from that.
constexpr int kPilotLaunches = 2;
constexpr std::size_t kPilotRounds = 6;
constexpr std::size_t kPilotSinglePassRounds = 12;  // for slow calls, and under load
// One launch does not show how launches vary, so no conclusion would be possible.
constexpr int kMinLaunches = 2;
// The session may exceed its budget by this factor to reach options.min_launches.
constexpr double kMaxBudgetRatio = 4.0;

class Session {
 public:
  Session(const std::vector<BenchArm>& arms, const BenchOptions& options, const BenchTools& tools)
      : arms_(arms),
        options_(options),
        launch_(tools.launch),
        now_s_(tools.now_s),
        events_(tools.events),
        budget_(options, tools.now_s),
        random_(options.seed),
        load_(options.load, options.seed, arms.size()),
        measurements_(arms.size()) {}

  void run();
  BenchResult result(std::int64_t items_per_call) const;
  std::vector<LaunchSamples> take_samples() && { return std::move(measurements_.samples); }

 private:
  std::optional<StopReason> reason_to_stop() const;
  void run_launch();
  void measure_rounds(LaunchRun& launch);
  std::size_t planned_rounds(std::size_t pilot_rounds) const;
  std::vector<std::size_t> rounds_done() const;
  std::string progress_text() const;

  const std::vector<BenchArm>& arms_;
  const BenchOptions& options_;
  const Launcher& launch_;
  const Clock& now_s_;
  Events& events_;
  Budget budget_;
  std::mt19937_64 random_;
  LoadBlocks load_;
  Measurements measurements_;
  SessionEnd end_ = {};
};

void Session::run() {
  while (!end_.stopped_by) {
    run_launch();
    end_.stopped_by = reason_to_stop();
  }
  end_.elapsed_s = budget_.elapsed_s();
  end_.spent_s = budget_.spent_s();
}

// Nothing to go on.
std::optional<StopReason> Session::reason_to_stop() const {
  const int launches = measurements_.launches;
  const double spent_s = budget_.spent_s();
  if (launches < options_.min_launches) {
    const bool overrun = spent_s >= kMaxBudgetRatio * options_.budget_s;
    return launches >= kMinLaunches && overrun ? std::optional(StopReason::budget) : std::nullopt;
  }
  if (is_precise(arms_, measurements_.log_ratios, options_))
    return judged_arms(arms_).empty() ? StopReason::launches : StopReason::precision;
  if (spent_s + budget_.launch_cost_s() >= options_.budget_s) return StopReason::budget;
  if (budget_.rounds_left() < kMinRounds) return StopReason::pairs;
  return std::nullopt;
}

void Session::run_launch() {
  LaunchRun launch(arms_, launch_, now_s_, load_, random_, measurements_);
  events_.progress(progress_text());
  const double start_s = budget_.spent_s();
  budget_.exclude_python_load(launch.start());
  launch.warm_up();
  budget_.add_launch(budget_.spent_s() - start_s);
  measure_rounds(launch);
  launch.finish();
}

void Session::measure_rounds(LaunchRun& launch) {
  const std::size_t pilot_rounds = launch.passes() > 1 ? kPilotRounds : kPilotSinglePassRounds;
  const std::size_t planned = planned_rounds(pilot_rounds);
  const double time_s = budget_.measuring_time_s(measurements_.launches);
  load_.plan_windows(time_s);

  const double start_s = now_s_();
  std::size_t rounds = 0;
  const auto enough_rounds = [&] {
    if (rounds < kMinRounds) return false;
    if (rounds >= planned || now_s_() >= start_s + time_s) return true;
    return rounds >= pilot_rounds && is_launch_precise(arms_, measurements_.log_ratios, options_);
  };
  while (!enough_rounds()) {
    launch.run_round();
    ++rounds;
  }
  budget_.add_rounds(rounds, now_s_() - start_s);
}

// The number of rounds for the current launch, which is started and warmed up.
std::size_t Session::planned_rounds(std::size_t pilot_rounds) const {
  const int launches = measurements_.launches;
  if (launches <= kPilotLaunches) {
    const int launches_left = std::max(1, options_.min_launches - launches + 1);
    return std::min(pilot_rounds, budget_.rounds_left() / static_cast<std::size_t>(launches_left));
  }
  const MeasuringCosts costs = budget_.costs();
  // The start of the current launch is spent already, but best_rounds() counts it.
  const double left_s = options_.budget_s - budget_.spent_s() + costs.launch_s;
  return best_rounds(largest_variation(arms_, measurements_.log_ratios), costs,
                     {left_s, budget_.rounds_left()}, rounds_done(),
                     static_cast<std::size_t>(options_.min_launches));
}

// The number of rounds of each launch before the current one.
std::vector<std::size_t> Session::rounds_done() const {
  const std::vector<LaunchSamples>& samples = measurements_.samples;
  std::vector<std::size_t> rounds;
  for (std::size_t i = 0; i + arms_.size() < samples.size(); i += arms_.size())
    rounds.push_back(samples[i].rounds_s.size());
  return rounds;
}

std::string Session::progress_text() const {
  const int launches = measurements_.launches;
  if (launches > options_.min_launches) return fmt::format("bench: launch {}", launches);
  return fmt::format("bench: launch {}/{}", launches, options_.min_launches);
}

BenchResult Session::result(std::int64_t items_per_call) const {
  return session_result(arms_, options_, measurements_, load_, end_, items_per_call);
}

}  // namespace

BenchResult run_bench(const std::vector<BenchArm>& arms, const BenchOptions& options,
                      std::int64_t items_per_call, const BenchTools& tools,
                      std::vector<LaunchSamples>* samples) {
  const Launcher launch_instances = instances_launcher(tools.launch, options.load.instances);
  Session session(arms, options, {launch_instances, tools.now_s, tools.events});
  session.run();
  BenchResult result = session.result(items_per_call);
  if (samples != nullptr) *samples = std::move(session).take_samples();
  return result;
}

}  // namespace tsctl
