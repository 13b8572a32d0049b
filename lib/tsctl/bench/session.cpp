#include "tsctl/bench/session.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <utility>

#include "tsctl/bench/arm_instances.h"
#include "tsctl/bench/judgement.h"
#include "tsctl/bench/launched_arm.h"
#include "tsctl/bench/load_blocks.h"
#include "tsctl/bench/record.h"
#include "tsctl/core/base/units.h"
#include "tsctl/core/stats/launch_plan.h"
#include "tsctl/core/stats/log_shift.h"
#include "tsctl/core/stats/statistics.h"
#include "tsctl/core/stats/steady_state.h"

namespace tsctl {

namespace {

// Of one arm in one round, in so many blocks: a block of 5 ms is long against what a switch of arms costs (0.1 to 0.2 ms)
// and short against what disturbs a machine. Of calls of 0.4 ms, the median ratio of neighbouring blocks over 2 s deviated
// by 0.06% with blocks of 6 ms and by 0.14% with 48 ms; one untimed call must not outweigh the timed ones.
constexpr double kRoundSeconds = 0.08;
constexpr int kMaxRoundCalls = 1000;
constexpr int kMostPasses = 16;
constexpr int kFewestBlockCalls = 2;
// Launches whose rounds are few and fixed: what they show tells how the time is best divided among further ones.
constexpr int kExploringLaunches = 2;
constexpr std::size_t kExploringRounds = 6;
constexpr std::size_t kExploringSinglePasses = 12;  // where a round is one pass: slow calls, load
constexpr double kMaxWarmUpSeconds = 2.0;           // for one arm of one launch
// Of one launch: the parts of a call are told, not judged, so that a block's worth of calls is plenty.
constexpr int kFewestTransferCalls = 3;
constexpr int kMostTransferCalls = 20;
constexpr int kFewestLaunches =
    2;  // one launch says nothing of how launches differ, so nothing could be concluded
// Share of the budget that may be spent on top of it without a warning.
constexpr double kWorthAWord = 0.5;
constexpr double kOverrun =
    4.0;  // the budget may be exceeded this many times to reach min_launches
// An effect this many half-widths away from none is decided; more precision would not change the verdict. Under no
// effect at all such a distance does not occur, so stopping on it raises no false alarm.
constexpr double kDecidedDistance = 10.0;

class Session {
 public:
  Session(const std::vector<BenchArm>& arms, const BenchOptions& options, const Launcher& launch,
          const Clock& now_s, Events& events)
      : arms_(arms),
        options_(options),
        launch_(launch),
        now_s_(now_s),
        events_(events),
        random_(options.seed),
        load_(options.load, options.seed, arms.size()),
        records_(arms.size()),
        log_ratios_(arms.size()) {}

  void run();
  BenchResult result(std::int64_t items_per_call) const;
  const std::vector<LaunchSamples>& samples() const noexcept { return samples_; }

 private:
  void run_launch();
  void start_arms();
  void warm_up(std::size_t index);
  std::size_t planned_rounds() const;
  std::size_t rounds_left() const;
  void measure_rounds(std::size_t planned, double until_s);
  void measure_transfers(std::size_t index);
  void run_round();
  int passes_of_round() const;
  std::size_t exploring_rounds() const {
    return passes_of_round() > 1 ? kExploringRounds : kExploringSinglePasses;
  }
  std::vector<double> run_block(std::size_t index, int calls);
  double run_load_block(std::size_t index);
  bool judges_any() const;
  bool precise_enough() const;
  bool launch_precise_enough() const;
  double measuring_time_left() const;
  double launch_cost_s() const { return launch_costs_s_.empty() ? 0.0 : median(launch_costs_s_); }
  // Of the budget. Starting Python and importing torch takes seconds, which would leave a short budget nothing to
  // measure with: it comes on top.
  double spent_s() const { return now_s_() - start_s_ - python_load_s_; }
  std::vector<std::size_t> random_order();
  LaunchSamples& sample_of(std::size_t index) {
    return samples_[samples_.size() - arms_.size() + index];
  }
  bool counts(std::size_t index) const { return index > 0 && is_judged(arms_[index]); }

  const std::vector<BenchArm>& arms_;
  const BenchOptions& options_;
  const Launcher& launch_;
  const Clock& now_s_;
  Events& events_;
  std::mt19937_64 random_;
  LoadBlocks load_;
  std::vector<std::unique_ptr<LaunchedArm>> launched_ = {};
  std::vector<int> round_calls_ = {};  // of each arm
  std::vector<ArmRecord> records_;
  std::vector<LaunchSamples> samples_ = {};  // of the launch under way the last ones, one an arm
  std::vector<std::vector<std::vector<double>>> log_ratios_;  // [arm][launch][round]
  int launches_ = 0;
  double start_s_ = 0.0;
  std::vector<double> launch_costs_s_ = {};  // of starting and warming up all arms
  double rounds_s_ = 0.0;                    // that all rounds took
  std::size_t rounds_ = 0;
  double python_load_s_ = 0.0;
  double measured_s_ = 0.0;
  std::optional<StopReason> stopped_by_ = {};
};

std::vector<std::size_t> Session::random_order() {
  std::vector<std::size_t> order(arms_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random_() % i]);
  return order;
}

void Session::run() {
  start_s_ = now_s_();
  while (true) {
    const double elapsed_s = spent_s();
    if (launches_ >= options_.min_launches) {
      if (precise_enough()) {
        stopped_by_ = judges_any() ? StopReason::precision : StopReason::launches;
        break;
      }
      if (elapsed_s + launch_cost_s() >= options_.budget_s) {
        stopped_by_ = StopReason::budget;
        break;
      }
      if (rounds_left() < kFewestRounds) {
        stopped_by_ = StopReason::pairs;
        break;
      }
    } else if (launches_ >= kFewestLaunches && elapsed_s >= kOverrun * options_.budget_s) {
      stopped_by_ = StopReason::budget;
      break;
    }
    run_launch();
  }
  measured_s_ = now_s_() - start_s_;
}

void Session::run_launch() {
  ++launches_;
  const std::string of =
      launches_ <= options_.min_launches ? "/" + std::to_string(options_.min_launches) : "";
  events_.progress("bench: launch " + std::to_string(launches_) + of);
  for (const BenchArm& arm : arms_)
    samples_.push_back({.arm = arm.request.label, .launch = launches_});
  const double start_s = spent_s();
  start_arms();
  for (const std::size_t index : random_order()) warm_up(index);
  launch_costs_s_.push_back(spent_s() - start_s);
  const std::size_t planned = planned_rounds();
  for (auto& ratios : log_ratios_) ratios.emplace_back();
  load_.plan_windows(measuring_time_left());
  measure_rounds(planned, now_s_() + measuring_time_left());
  for (std::size_t i = 0; i < arms_.size(); ++i) {
    if (arms_[i].request.device != "cpu") measure_transfers(i);
  }
  for (std::size_t i = 0; i < launched_.size(); ++i) {
    ArmRecord& record = records_[i];
    record.faults_per_call.push_back(static_cast<double>(std::exchange(record.faults, 0)) /
                                     static_cast<double>(std::exchange(record.timed_calls, 0)));
    record.openings.push_back(launched_[i]->opening());
    records_[i].peak_memory_bytes = std::max(records_[i].peak_memory_bytes, launched_[i]->finish());
  }
  launched_.clear();
}

// One after another: an arm that loads beside others would be told their time as its own.
void Session::start_arms() {
  round_calls_.assign(arms_.size(), 1);
  launched_.resize(arms_.size());
  const std::uint64_t layout = random_();
  for (const std::size_t index : random_order()) {
    const double start_s = now_s_();
    launched_[index] = launch_(arms_[index], layout);
    launched_[index]->wait_until_ready();
    const double load_s = now_s_() - start_s;
    ArmRecord& record = records_[index];
    if (record.tuning_reason.empty()) record.tuning_reason = launched_[index]->tuning_reason();
    record.load.push_back(load_s / options_.load.instances);
    if (arms_[index].site) python_load_s_ += load_s;
    launched_[index]->stop();
  }
}

void Session::warm_up(std::size_t index) {
  LaunchedArm& arm = *launched_[index];
  ArmRecord& record = records_[index];
  arm.resume();
  SteadyState state;
  const double start_s = now_s_();
  while (!state.reached()) {
    state.add(arm.time_calls(0, state.calls().size() < kMinWarmUpCalls
                                    ? 1
                                    : static_cast<int>(kSteadyWindow))
                  .seconds);
    if (state.calls().size() >= 3 && now_s_() - start_s > kMaxWarmUpSeconds) break;
  }
  const std::vector<double>& calls = state.calls();
  sample_of(index).warm_up_s = calls;
  record.first.push_back(calls.at(0));
  record.second.push_back(calls.at(1));
  record.third.push_back(calls.at(2));
  if (state.reached()) {
    record.steady.push_back(static_cast<double>(*state.steady_at_call()));
  } else {
    record.steady_every_time = false;
  }
  const double call_s = median({calls.end() - 3, calls.end()});
  round_calls_[index] = static_cast<int>(
      std::clamp(kRoundSeconds / std::max(call_s, 1e-7), 1.0, static_cast<double>(kMaxRoundCalls)));
  if (load_.active()) load_.warm_up(index, arm);
  arm.stop();
}

double Session::measuring_time_left() const {
  const int launches_left = std::max(1, options_.min_launches - launches_ + 1);
  const double left_s = options_.budget_s - spent_s();
  return left_s / launches_left - (launches_left > 1 ? launch_cost_s() : 0.0);
}

std::size_t Session::rounds_left() const {
  if (!options_.max_pairs) return std::numeric_limits<std::size_t>::max();
  const auto most = static_cast<std::size_t>(*options_.max_pairs);
  return most > rounds_ ? most - rounds_ : 0;
}

// Of the launch that has just been started and warmed up.
std::size_t Session::planned_rounds() const {
  if (launches_ <= kExploringLaunches) {
    return std::min(exploring_rounds(),
                    rounds_left() / static_cast<std::size_t>(
                                        std::max(1, options_.min_launches - launches_ + 1)));
  }
  RatioVariation variation;
  for (std::size_t i = 1; i < arms_.size(); ++i) {
    if (!counts(i)) continue;
    const RatioVariation of_arm = variation_of(log_ratios_[i]);
    variation.launches = std::max(variation.launches, of_arm.launches);
    variation.rounds = std::max(variation.rounds, of_arm.rounds);
  }
  const MeasuringCosts costs{.launch_s = launch_cost_s(),
                             .round_s = rounds_s_ / static_cast<double>(rounds_)};
  // This launch's start is paid already.
  const double left_s = options_.budget_s - spent_s() + costs.launch_s;
  std::vector<std::size_t> rounds_done;
  // Of the first arm, up to the launch before this one.
  for (std::size_t i = 0; i + arms_.size() < samples_.size(); i += arms_.size())
    rounds_done.push_back(samples_[i].rounds_s.size());
  return best_rounds(variation, costs, {left_s, rounds_left()}, rounds_done,
                     static_cast<std::size_t>(options_.min_launches));
}

void Session::measure_rounds(std::size_t planned, double until_s) {
  const double start_s = now_s_();
  std::size_t rounds = 0;
  while (rounds < kFewestRounds || (rounds < planned && now_s_() < until_s &&
                                    !(rounds >= exploring_rounds() && launch_precise_enough()))) {
    run_round();
    ++rounds;
  }
  rounds_s_ += now_s_() - start_s;
  rounds_ += rounds;
}

// What disturbs the machine for less than a round must hit its arms alike: they take turns within it.
int Session::passes_of_round() const {
  if (load_.active()) return 1;
  const int fewest = *std::min_element(round_calls_.begin(), round_calls_.end());
  return std::clamp(fewest / kFewestBlockCalls, 1, kMostPasses);
}

// All arms of a round run on the same cores: two cores may differ by half, by what runs on the other thread of theirs.
void Session::run_round() {
  const std::uint64_t cores = random_();
  for (std::size_t i = 0; i < arms_.size(); ++i) {
    if (!load_.active()) launched_[i]->hold_to_cores(cores);
    sample_of(i).rounds_s.emplace_back();
    sample_of(i).turns.emplace_back();
  }
  const int passes = passes_of_round();
  std::vector<std::vector<BlockPair>> blocks(arms_.size());
  for (int pass = 0; pass < passes; ++pass) {
    std::vector<std::vector<double>> times_s(arms_.size());
    int turn = 0;
    for (const std::size_t index : random_order()) {
      times_s[index] = run_block(index, round_calls_[index] / passes);
      sample_of(index).turns.back().push_back(++turn);
    }
    for (std::size_t i = 1; i < arms_.size(); ++i)
      blocks[i].push_back({.base = times_s[0], .arm = times_s[i]});
  }
  for (std::size_t i = 1; i < arms_.size(); ++i)
    log_ratios_[i].back().push_back(log_shift(blocks[i]));
}

std::vector<double> Session::run_block(std::size_t index, int calls) {
  if (load_.active()) return {run_load_block(index)};
  LaunchedArm& arm = *launched_[index];
  ArmRecord& record = records_[index];
  arm.resume();
  TimedCalls times = arm.time_calls(1, calls);
  arm.stop();
  record.calls.insert(record.calls.end(), times.seconds.begin(), times.seconds.end());
  std::vector<double>& round_s = sample_of(index).rounds_s.back();
  round_s.insert(round_s.end(), times.seconds.begin(), times.seconds.end());
  record.faults += times.page_faults;
  record.timed_calls += calls + 1;  // the untimed call faults as well
  for (double& seconds : times.seconds) seconds = std::max(seconds, kShortestSeconds);
  return times.seconds;
}

double Session::run_load_block(std::size_t index) {
  LaunchedArm& arm = *launched_[index];
  ArmRecord& record = records_[index];
  std::vector<std::vector<double>>& rounds_s = sample_of(index).rounds_s;  // this one included
  arm.resume();
  const LoadBlock block = load_.run(index, arm, launches_, rounds_s.size() - 1);
  arm.stop();
  const std::vector<double>& latency_s = block.times.latency_s;
  record.calls.insert(record.calls.end(), latency_s.begin(), latency_s.end());
  rounds_s.back() = latency_s;
  record.faults += block.times.page_faults;
  record.timed_calls += block.calls;
  return std::max(block.compared_s, kShortestSeconds);
}

// Apart from the rounds: copies to and from the host are no part of what is compared.
void Session::measure_transfers(std::size_t index) {
  LaunchedArm& arm = *launched_[index];
  arm.resume();
  const int calls = std::clamp(round_calls_[index], kFewestTransferCalls, kMostTransferCalls);
  if (const auto times = arm.time_transfers(calls)) records_[index].transfers.push_back(*times);
  arm.stop();
}

bool Session::launch_precise_enough() const {
  for (std::size_t i = 1; i < arms_.size(); ++i) {
    if (!counts(i)) continue;
    if (variation_of({log_ratios_[i].back()}).medians > options_.precision / 2) return false;
  }
  return true;
}

bool Session::judges_any() const {
  for (std::size_t i = 1; i < arms_.size(); ++i) {
    if (counts(i)) return true;
  }
  return false;
}

bool Session::precise_enough() const {
  for (std::size_t i = 1; i < arms_.size(); ++i) {
    if (!counts(i)) continue;
    const RatioEstimate estimate = estimate_ratio(log_ratios_[i], options_.seed);
    const double half_width =
        (std::log(estimate.interval.high) - std::log(estimate.interval.low)) / 2;
    const double wanted =
        std::max(options_.precision, std::abs(std::log(estimate.ratio)) / kDecidedDistance);
    if (half_width > wanted) return false;
  }
  return true;
}

BenchResult Session::result(std::int64_t items_per_call) const {
  BenchResult result;
  result.budget_s = options_.budget_s;
  result.measured_s = measured_s_;
  result.stopped_by = stopped_by_;
  for (std::size_t i = 0; i < arms_.size(); ++i) {
    LaunchSamples first_launch = samples_[i];
    if (load_.active()) first_launch.rounds_s.clear();  // latencies under load are no warm-up
    result.arms.push_back(
        arm_result(arms_[i], records_[i], first_launch, launches_, items_per_call));
    result.arms.back().blocks = block_times(samples_, i, arms_.size());
    if (i == 0) {
      result.arms.back().speed = ArmSpeed::reference;
    } else {
      result.pairs.push_back(judged_pair(arms_, i, log_ratios_[i], options_));
      if (const auto verdict = result.pairs.back().verdict)
        result.arms.back().speed = arm_speed(*verdict);
    }
    if (!records_[i].tuning_reason.empty()) {
      result.warnings.push_back({WarningCode::tuning_not_available,
                                 "'" + arms_[i].request.label + "': " + records_[i].tuning_reason});
    }
    if (!records_[i].steady_every_time) {
      result.warnings.push_back(
          {WarningCode::warm_up_not_steady, "the calls of '" + arms_[i].request.label +
                                                "' did not become steady while it was warmed up"});
    }
  }
  load_.report(items_per_call, result);
  if (options_.max_regress) judge_gates(arms_, log_ratios_, options_, result.pairs);
  warn_of_faults(options_.margin, result);
  const double spent_s = measured_s_ - python_load_s_;
  if (spent_s > (1.0 + kWorthAWord) * options_.budget_s) {
    result.warnings.push_back(
        {WarningCode::over_budget,
         std::to_string(launches_) + " launches of " + std::to_string(arms_.size()) +
             (arms_.size() == 1 ? " arm" : " arms") + " took " + seconds_text(spent_s) +
             ", the budget is " + seconds_text(options_.budget_s) +
             ": raise --budget, or lower --launches"});
  }
  if (launches_ < options_.min_launches) {
    result.warnings.push_back(
        {WarningCode::too_few_launches, "the budget allowed only " + std::to_string(launches_) +
                                            " of " + std::to_string(options_.min_launches) +
                                            " launches; raise --budget"});
  }
  return result;
}

}  // namespace

BenchResult run_bench(const std::vector<BenchArm>& arms, const BenchOptions& options,
                      std::int64_t items_per_call, const Launcher& launch, const Clock& now_s,
                      Events& events, std::vector<LaunchSamples>* samples) {
  const Launcher launch_all = instances_launcher(launch, options.load.instances);
  Session session(arms, options, launch_all, now_s, events);
  session.run();
  if (samples != nullptr) *samples = session.samples();
  return session.result(items_per_call);
}

}  // namespace tsctl
