#include "tsctl/bench/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <string>

#include "tsctl/bench/arm_instances.h"
#include "tsctl/bench/budget.h"
#include "tsctl/bench/launch_run.h"
#include "tsctl/bench/load_blocks.h"
#include "tsctl/bench/precision.h"
#include "tsctl/bench/record.h"
#include "tsctl/bench/session_result.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/base/units.h"
#include "tsctl/core/stats/launch_plan.h"

namespace tsctl {

namespace {

// The first launches are a pilot: a fixed, small number of rounds shows how launches and rounds vary, and the time
// for the other launches is planned from that.
constexpr int kPilotLaunches = 2;
constexpr std::size_t kPilotRounds = 6;
constexpr std::size_t kPilotSingleCycleRounds = 12;  // for slow calls, and under load
// One launch does not show how launches vary, so no conclusion would be possible.
constexpr int kMinLaunches = 2;
// The session may exceed its budget by this factor to reach options.min_launches.
constexpr double kMaxBudgetRatio = 1.1;
// The share of the budget for the warm-up of all arms in options.min_launches launches, and the most for one of them.
constexpr double kWarmUpShare = 0.5;
constexpr double kMaxWarmUpSeconds = 2.0;
// Measuring again is worth its time until this share of the budget is spent.
constexpr double kLatestRestart = 0.5;
// On a busy host, a call of a larger team would take too long on one core.
constexpr int kMostThreadsOnOneCore = 4;

bool runs_on_cpu(const BenchArm& arm) { return arm.request.device == "cpu"; }

// Whether the threads of each arm take turns on one core on a busy host, where they would move between one core and
// several, and a call would take half as long again at times (decision 25). A thread that spins would keep the others
// from the core, and arms with different numbers of threads are compared for what these do on several cores.
bool share_one_core(const std::vector<BenchArm>& arms, WaitPolicy wait_policy) {
  const int threads = arms.front().request.settings.threads;
  return wait_policy == WaitPolicy::passive && threads > 1 && threads <= kMostThreadsOnOneCore &&
         std::ranges::all_of(arms, [threads](const BenchArm& arm) {
           return runs_on_cpu(arm) && arm.request.settings.threads == threads;
         });
}

class Session {
 public:
  Session(const std::vector<BenchArm>& arms, const BenchOptions& options, const BenchTools& tools)
      : arms_(arms),
        options_(options),
        tools_(tools),
        budget_(options, tools.now_s),
        random_(options.seed),
        load_(options.load, options.seed, arms.size()),
        measurements_(arms.size()) {
    end_.wait_policy = options.wait_policy;
    if (options.wait_policy == WaitPolicy::automatic) end_.wait_policy = WaitPolicy::active;
    set_up_arms(options.busy_host);
  }

  // Fills the outcome, also when an exception ends the session.
  void run(std::int64_t items_per_call, BenchOutcome& outcome);

 private:
  void measure();
  std::optional<StopReason> reason_to_stop() const;
  bool run_launch();
  void require_affordable() const;
  void set_up_arms(bool host_is_busy);
  bool proves_busy(double start_s, std::optional<double> waiting_s) const;
  void begin_anew_on_a_busy_host();
  void measure_rounds(LaunchRun& launch);
  std::size_t planned_rounds(std::size_t pilot_rounds) const;
  std::vector<std::size_t> rounds_done() const;
  void tell_progress() const;

  std::vector<BenchArm> arms_;
  const BenchOptions& options_;
  const BenchTools& tools_;
  Budget budget_;
  std::mt19937_64 random_;
  LoadBlocks load_;
  Measurements measurements_;
  SessionEnd end_ = {};
  bool is_set_up_for_busy_host_ = false;
};

void Session::run(std::int64_t items_per_call, BenchOutcome& outcome) {
  const auto fill = [&] {
    end_.elapsed_s = budget_.elapsed_s();
    end_.python_load_s = budget_.python_load_s();
    outcome.result = session_result(arms_, options_, measurements_, load_, end_, items_per_call);
    outcome.samples = samples_of(measurements_);
  };
  try {
    measure();
  } catch (...) {
    end_.partial = true;
    if (measurements_.launches() > 0) fill();
    throw;
  }
  fill();
}

void Session::measure() {
  while (!end_.stopped_by) {
    const int finished = measurements_.launches();
    try {
      if (!run_launch()) {
        begin_anew_on_a_busy_host();
        continue;
      }
    } catch (...) {
      measurements_.keep_launches(finished);
      throw;
    }
    end_.stopped_by = reason_to_stop();
  }
}

// Why the session ends now; nullopt to continue.
std::optional<StopReason> Session::reason_to_stop() const {
  const int launches = measurements_.launches();
  const double after_next_s = budget_.spent_s() + budget_.shortest_launch_s();
  if (launches < options_.min_launches) {
    const bool overrun = after_next_s > kMaxBudgetRatio * options_.budget_s;
    return launches >= kMinLaunches && overrun ? std::optional(StopReason::budget) : std::nullopt;
  }
  if (is_precise(arms_, measurements_.log_ratios, options_))
    return judged_arms(arms_).empty() ? StopReason::launches : StopReason::precision;
  if (after_next_s >= options_.budget_s) return StopReason::budget;
  if (budget_.rounds_left() < kMinRounds) return StopReason::pairs;
  return std::nullopt;
}

// False if the host proved busy: the launch does not count then.
bool Session::run_launch() {
  const double start_s = tools_.now_s();
  const auto waiting_s = tools_.cpu_waiting_s();
  LaunchRun launch(arms_, tools_.launch, tools_.now_s, load_, random_, measurements_);
  launch.limit_warm_up(
      std::min(kMaxWarmUpSeconds, kWarmUpShare * options_.budget_s /
                                      static_cast<double>(options_.min_launches * arms_.size())));
  tell_progress();
  const double spent_s = budget_.spent_s();
  budget_.exclude_python_load(launch.start());
  tell_progress();
  launch.warm_up();
  tell_progress();
  budget_.add_launch(budget_.spent_s() - spent_s);
  budget_.estimate_round(launch.round_s());
  if (proves_busy(start_s, waiting_s)) return false;
  require_affordable();
  measure_rounds(launch);
  if (proves_busy(start_s, waiting_s)) return false;
  launch.finish();
  return true;
}

// The first launch shows what launches cost.
void Session::require_affordable() const {
  if (measurements_.launches() > 1) return;
  const double needed_s = kMinLaunches * budget_.shortest_launch_s();
  if (needed_s <= kMaxBudgetRatio * options_.budget_s) return;
  throw Error(ErrorKind::undecided,
              fmt::format("{} launches of {}, the fewest that can be compared, take about {}; "
                          "the budget is {}",
                          kMinLaunches, counted(std::ssize(arms_), "arm"), seconds_text(needed_s),
                          seconds_text(options_.budget_s)),
              fmt::format("give --budget {:.0f}s, or fewer arms",
                          std::ceil(needed_s * options_.min_launches / kMinLaunches)));
}

void Session::set_up_arms(bool host_is_busy) {
  is_set_up_for_busy_host_ = host_is_busy;
  const bool any_team = std::ranges::any_of(arms_, [](const BenchArm& arm) {
    return runs_on_cpu(arm) && arm.request.settings.threads > 1;
  });
  if (host_is_busy && any_team && options_.wait_policy == WaitPolicy::automatic)
    end_.wait_policy = WaitPolicy::passive;
  const bool leaves_waits_out = host_is_busy && !load_.active();
  const bool one_core = leaves_waits_out && share_one_core(arms_, end_.wait_policy);
  for (BenchArm& arm : arms_) {
    arm.request.wait_policy = end_.wait_policy;
    arm.request.shares_one_core = one_core;
    arm.request.leaves_out_waits_for_cores =
        leaves_waits_out && runs_on_cpu(arm)
            ? std::clamp(arm.request.settings.threads, 1, options_.cores)
            : 0;
  }
}

// Whether other work proved to keep the CPUs busy, and measuring again with what set_up_arms() does then is worth it.
// Under load, arms may wait for a CPU because of one another. For arms on a GPU, set_up_arms() changes nothing.
bool Session::proves_busy(double start_s, std::optional<double> waiting_s) const {
  if (is_set_up_for_busy_host_ || load_.active()) return false;
  if (std::ranges::none_of(arms_, runs_on_cpu)) return false;
  if (budget_.spent_s() > kLatestRestart * options_.budget_s) return false;
  const auto now_waiting_s = tools_.cpu_waiting_s();
  if (!waiting_s || !now_waiting_s) return false;
  return *now_waiting_s - *waiting_s > kBusyShare * (tools_.now_s() - start_s);
}

void Session::begin_anew_on_a_busy_host() {
  set_up_arms(true);
  measurements_ = Measurements(arms_.size());
  budget_.forget_costs();
}

void Session::measure_rounds(LaunchRun& launch) {
  const std::size_t pilot_rounds = launch.cycles() > 1 ? kPilotRounds : kPilotSingleCycleRounds;
  const std::size_t planned = planned_rounds(pilot_rounds);
  const double time_s = budget_.measuring_time_s(measurements_.launches());
  load_.plan_windows(time_s);

  const double start_s = tools_.now_s();
  std::size_t rounds = 0;
  const auto enough_rounds = [&] {
    if (rounds < kMinRounds) return false;
    if (rounds >= planned || tools_.now_s() >= start_s + time_s) return true;
    return rounds >= pilot_rounds && is_launch_precise(arms_, measurements_.log_ratios, options_);
  };
  while (!enough_rounds()) {
    launch.run_round();
    ++rounds;
    tell_progress();
  }
  budget_.add_rounds(rounds, tools_.now_s() - start_s);
}

// The number of rounds for the current launch, which is started and warmed up.
std::size_t Session::planned_rounds(std::size_t pilot_rounds) const {
  const int launches = measurements_.launches();
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
  std::vector<std::size_t> rounds;
  for (const LaunchRecord& launch : measurements_.records.front())
    rounds.push_back(launch.samples.rounds_s.size());
  rounds.pop_back();
  return rounds;
}

void Session::tell_progress() const {
  const int launches = measurements_.launches();
  const std::string text =
      launches > options_.min_launches
          ? fmt::format("bench: launch {}", launches)
          : fmt::format("bench: launch {}/{}", launches, options_.min_launches);
  double share = budget_.spent_s() / options_.budget_s;
  if (options_.max_pairs) {
    const auto most = static_cast<double>(*options_.max_pairs);
    share = std::max(share, 1.0 - static_cast<double>(budget_.rounds_left()) / most);
  }
  tools_.events.share_done(text, std::clamp(share, 0.0, 1.0));
}

}  // namespace

void run_bench(const std::vector<BenchArm>& arms, const BenchOptions& options,
               std::int64_t items_per_call, const BenchTools& tools, BenchOutcome& outcome) {
  const Launcher launch = instances_launcher(tools.launch, options.load.instances);
  BenchTools own{launch, tools.now_s, tools.events, tools.cpu_waiting_s};
  Session(arms, options, own).run(items_per_call, outcome);
}

}  // namespace tsctl
