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

// Arms whose calls take made-up seconds on a made-up clock. Each arm asserts that it is the only one that runs,
// but for other instances of it.
class FakeArms {
 public:
  // The seconds of a call: which arm, which launch of it and which of its calls, all counted from 0.
  using CallSeconds = std::function<double(std::size_t arm, int launch, int call)>;

  FakeArms(std::size_t count, CallSeconds call_seconds);

  BenchResult run(const BenchOptions& options, std::int64_t items_per_call = 0);

  // To be changed before run().
  std::vector<BenchArm> arms = {};
  std::vector<double> load_s = {};
  // Page faults of a call, by arm and launch.
  std::function<int(std::size_t arm, int launch)> faults = [](std::size_t, int) { return 2; };

  // What else is put around the arms.
  std::function<Launcher(const Launcher& launch)> around = [](const Launcher& launch) {
    return launch;
  };
  // The parts of a call on a device, by arm and launch; nothing by default.
  std::function<std::optional<TransferTimes>(std::size_t arm, int launch)> transfers =
      [](std::size_t, int) { return std::nullopt; };
  std::vector<std::string> tuning_reasons = {};  // of each arm; may be empty

  // Told by run().
  std::vector<std::vector<std::size_t>> passes =
      {};  // the arms in the order in which each pass ran them
  std::vector<std::uint64_t> cores =
      {};  // what each round's arms were held to, in the rounds' order
  std::vector<std::uint64_t> layouts = {};  // of each launched arm
  std::vector<std::size_t> loads = {};      // the arms in the order in which they were launched
  int finished = 0;
  int transfers_asked = 0;
  double now_s = 0.0;
  std::vector<std::string> progress_texts = {};
  std::vector<LoadWindow> windows = {};  // of load, those of the warm-up too
  int most_at_once = 0;                  // instances of an arm that ran at the same time
  std::vector<std::vector<std::size_t>> sets_used =
      {};                         // by each launched arm that was told of any
  int calls_before_last_set = 0;  // of the arm launched last

 private:
  class FakeArm;

  CallSeconds call_seconds_;
  std::vector<int> launches_;
  std::set<const FakeArm*> running_ = {};
};

// Seconds around `middle_s` with a deviation between launches and one between calls, the same in every run.
double noisy(double middle_s, double launch_deviation, double call_deviation, std::size_t arm,
             int launch, int call);

}  // namespace tsctl
