#include "tsctl/bench/launch_run.h"

#include <algorithm>
#include <numeric>

#include "tsctl/core/stats/hodges_lehmann.h"
#include "tsctl/core/stats/statistics.h"
#include "tsctl/core/stats/steady_state.h"

namespace tsctl {

namespace {

// The time of one arm in one round, which is split into up to kMaxCycles blocks. A block of 5 ms is long compared
// with the cost of switching arms (0.1 to 0.2 ms) and short compared with most disturbances of a machine. For calls
// of 0.4 ms, the median ratio of neighbouring blocks over 2 s deviated by 0.06% with blocks of 6 ms and by 0.14% with
// blocks of 48 ms.
constexpr double kRoundSeconds = 0.08;
constexpr int kMaxRoundCalls = 1000;
constexpr int kMaxCycles = 16;
constexpr int kMinBlockCalls = 2;  // so that the untimed call does not outweigh the timed ones
constexpr double kMinCallSeconds = 1e-7;  // avoids a division by 0
// Each block begins with an untimed call, because caches hold the data of another arm. A call that takes longer than
// this hardly notices, and a second one would be expensive.
constexpr double kLongCallSeconds = 0.25;
// Calls of one launch whose parts are measured. The parts are reported but not compared, so a few calls suffice.
constexpr int kMinTransferCalls = 3;
constexpr int kMaxTransferCalls = 20;

// The number of calls to time next while warming up: one by one at first, then in windows.
int next_warm_up_calls(const SteadyState& state) {
  return state.calls().size() < kMinWarmUpCalls ? 1 : static_cast<int>(kSteadyWindow);
}

int untimed_calls(double call_s) { return call_s < kLongCallSeconds ? 1 : 0; }

int calls_of_round(double call_s) {
  const double calls = kRoundSeconds / std::max(call_s, kMinCallSeconds);
  return static_cast<int>(std::clamp(calls, 1.0, static_cast<double>(kMaxRoundCalls)));
}

}  // namespace

LaunchRun::LaunchRun(const std::vector<BenchArm>& arms, const Launcher& launch, const Clock& now_s,
                     LoadBlocks& load, std::mt19937_64& random, Measurements& measurements)
    : arms_(arms),
      launch_(launch),
      now_s_(now_s),
      load_(load),
      random_(random),
      measurements_(measurements),
      launched_(arms.size()),
      call_s_(arms.size(), 0.0),
      round_calls_(arms.size(), 1) {
  measurements_.begin_launch(arms_);
}

double LaunchRun::start() {
  double python_s = 0.0;
  const std::uint64_t layout = random_();
  for (const std::size_t index : random_order()) {
    const double start_s = now_s_();
    launched_[index] = launch_(arms_[index], layout);
    launched_[index]->wait_until_ready();
    const double load_s = now_s_() - start_s;
    record_of(index).tuning_reason = launched_[index]->tuning_reason();
    record_of(index).load_s = load_s / load_.instances();
    if (arms_[index].site) python_s += load_s;
    launched_[index]->stop();
  }
  return python_s;
}

void LaunchRun::warm_up() {
  for (const std::size_t index : random_order()) warm_up_arm(index);
}

void LaunchRun::warm_up_arm(std::size_t index) {
  LaunchedArm& arm = *launched_[index];
  arm.resume();
  SteadyState state;
  const double start_s = now_s_();
  while (!state.reached()) {
    state.add(arm.time_calls(0, next_warm_up_calls(state)).seconds);
    if (state.calls().size() >= 3 && now_s_() - start_s > warm_up_limit_s_) break;
  }
  const std::vector<double>& calls = state.calls();
  record_of(index).samples.warm_up_s = calls;
  if (state.reached())
    record_of(index).steady_at_call = static_cast<double>(*state.steady_at_call());
  call_s_[index] = median({calls.end() - 3, calls.end()});
  round_calls_[index] = calls_of_round(call_s_[index]);
  if (load_.active()) load_.warm_up(index, arm);
  arm.stop();
}

// Several cycles make a disturbance that is shorter than a round affect all arms alike.
int LaunchRun::cycles() const {
  if (load_.active()) return 1;
  const int fewest_calls = *std::ranges::min_element(round_calls_);
  return std::clamp(fewest_calls / kMinBlockCalls, 1, kMaxCycles);
}

double LaunchRun::round_s() const {
  if (load_.active()) return load_.shortest_round_s();
  double seconds = 0.0;
  for (std::size_t i = 0; i < arms_.size(); ++i)
    seconds += call_s_[i] * (round_calls_[i] + cycles() * untimed_calls(call_s_[i]));
  return seconds;
}

void LaunchRun::run_round() {
  // All arms of a round use the same cores: the speed of two cores can differ by half, depending on what runs on their
  // other hardware threads.
  const std::uint64_t cores = random_();
  for (std::size_t i = 0; i < arms_.size(); ++i) {
    if (!load_.active()) launched_[i]->pin_to_cores(cores);
    record_of(i).samples.rounds_s.emplace_back();
    record_of(i).samples.turns.emplace_back();
  }
  const int cycles_of_round = cycles();
  std::vector<std::vector<BlockPair>> blocks(arms_.size());
  for (int cycle = 0; cycle < cycles_of_round; ++cycle) {
    std::vector<std::vector<double>> times_s(arms_.size());
    int turn = 0;
    for (const std::size_t index : random_order()) {
      times_s[index] = run_block(index, round_calls_[index] / cycles_of_round);
      record_of(index).samples.turns.back().push_back(++turn);
    }
    for (std::size_t i = 1; i < arms_.size(); ++i)
      blocks[i].push_back({.base = times_s[0], .arm = times_s[i]});
  }
  for (std::size_t i = 1; i < arms_.size(); ++i)
    measurements_.log_ratios[i].back().push_back(hodges_lehmann_log_ratio(blocks[i]));
}

std::vector<double> LaunchRun::run_block(std::size_t index, int calls) {
  if (load_.active()) return {run_load_block(index)};
  LaunchedArm& arm = *launched_[index];
  LaunchRecord& record = record_of(index);
  arm.resume();
  const int untimed = untimed_calls(call_s_[index]);
  TimedCalls times = arm.time_calls(untimed, calls);
  arm.stop();
  std::vector<double>& round_s = record.samples.rounds_s.back();
  round_s.insert(round_s.end(), times.seconds.begin(), times.seconds.end());
  record.page_faults += times.page_faults;
  record.calls += calls + untimed;  // an untimed call has page faults too
  if (times.core_wait_s) record.core_wait_s = record.core_wait_s.value_or(0.0) + *times.core_wait_s;
  for (double& seconds : times.seconds) seconds = std::max(seconds, kMinSeconds);
  return times.seconds;
}

double LaunchRun::run_load_block(std::size_t index) {
  LaunchedArm& arm = *launched_[index];
  LaunchRecord& record = record_of(index);
  std::vector<std::vector<double>>& rounds_s = record.samples.rounds_s;  // with this round
  arm.resume();
  const LoadBlock block = load_.run(index, arm, measurements_.launches(), rounds_s.size() - 1);
  arm.stop();
  rounds_s.back() = block.times.latency_s;
  record.page_faults += block.times.page_faults;
  record.calls += block.calls;
  return std::max(block.compared_s, kMinSeconds);
}

void LaunchRun::finish() {
  for (std::size_t i = 0; i < arms_.size(); ++i) {
    if (arms_[i].request.device != "cpu") measure_transfers(i);
  }
  for (std::size_t i = 0; i < arms_.size(); ++i) {
    record_of(i).opening = launched_[i]->opening();
    record_of(i).peak_memory_bytes = launched_[i]->finish();
  }
}

// Separate from the rounds, because copies to and from the host are not part of the comparison.
void LaunchRun::measure_transfers(std::size_t index) {
  LaunchedArm& arm = *launched_[index];
  arm.resume();
  const int calls = std::clamp(round_calls_[index], kMinTransferCalls, kMaxTransferCalls);
  record_of(index).transfers = arm.time_transfers(calls);
  arm.stop();
}

// A Fisher-Yates shuffle that gives the same order on every platform, unlike std::shuffle.
std::vector<std::size_t> LaunchRun::random_order() {
  std::vector<std::size_t> order(arms_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random_() % i]);
  return order;
}

LaunchRecord& LaunchRun::record_of(std::size_t index) {
  return measurements_.records[index].back();
}

}  // namespace tsctl
