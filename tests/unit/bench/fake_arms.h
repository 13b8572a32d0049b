#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tsctl/bench/launched_arm.h"
#include "tsctl/bench/session.h"
#include "tsctl/core/bench_options.h"

namespace tsctl {

// Arms whose calls take given seconds on a virtual clock. Each arm asserts that no other arm runs at the same time.
class FakeArms {
 public:
  // The seconds of a call, by the numbers of the arm, the launch and the call, all from 0.
  using CallSeconds = std::function<double(std::size_t arm, int launch, int call)>;

  FakeArms(std::size_t count, CallSeconds call_seconds);

  BenchResult run(const BenchOptions& options, std::int64_t items_per_call = 0);

  // Settings for run().
  std::vector<BenchArm> arms = {};
  std::vector<double> load_s = {};
  // Page faults of a call, by arm and launch.
  std::function<int(std::size_t arm, int launch)> faults = [](std::size_t, int) { return 2; };

  // Wraps the launcher of the arms.
  std::function<Launcher(const Launcher& launch)> wrap = [](const Launcher& launch) {
    return launch;
  };
  // The parts of a call on a device, by arm and launch; none by default.
  std::function<std::optional<TransferTimes>(std::size_t arm, int launch)> transfers =
      [](std::size_t, int) { return std::nullopt; };
  std::vector<std::string> tuning_reasons = {};  // of each arm; may be empty
  // The host's counter of seconds for which tasks waited for a CPU; none by default.
  std::function<std::optional<double>()> cpu_waiting_s = [] { return std::nullopt; };

  // Recorded by run().
  BenchOutcome outcome = {};
  std::vector<WaitPolicy> wait_policies = {};         // of each launched arm
  std::vector<int> waits_left_out = {};               // for so many cores, by each launched arm
  std::vector<bool> shares_one_core = {};             // of each launched arm
  std::vector<std::vector<std::size_t>> cycles = {};  // order of the arms in each cycle
  std::vector<std::uint64_t> cores = {};              // of each arm in each round
  std::vector<std::uint64_t> layouts = {};            // of each launched arm
  std::vector<std::size_t> loads = {};                // the arms in the order of their launches
  int finished = 0;
  int transfers_asked = 0;
  double now_s = 0.0;
  std::vector<double> shares = {};  // of the budget, as progress
  std::vector<std::string> progress_texts = {};
  std::vector<LoadWindow> windows = {};                  // including those of the warm-up
  int most_at_once = 0;                                  // instances that ran at the same time
  std::vector<std::vector<std::size_t>> sets_used = {};  // by each launched arm
  int calls_before_last_set = 0;                         // of the last launched arm

 private:
  class FakeArm;

  CallSeconds call_seconds_;
  std::vector<int> launches_;
  std::set<const FakeArm*> running_ = {};
};

// Seconds around `middle_s` with these deviations between launches and between calls, the same in every run.
double noisy(double middle_s, double launch_deviation, double call_deviation, std::size_t arm,
             int launch, int call);

// Arms that take these seconds, with 0.3% between launches and 1% between calls.
FakeArms::CallSeconds around(std::vector<double> middle_s);

// The same with very little noise.
FakeArms::CallSeconds steadily_each(std::vector<double> middle_s);

// Three arms that all take these seconds, with very little noise.
FakeArms::CallSeconds steadily(double seconds);

std::vector<std::string> codes_of(const BenchResult& result);

}  // namespace tsctl
