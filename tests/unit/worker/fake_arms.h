#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/worker/bench_session.h"

namespace tsctl {

// Arms whose calls take made-up seconds on a made-up clock. Each arm asserts that it is the only one that runs.
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

  // The parts of a call on a device, by arm and launch; nothing by default.
  std::function<std::optional<TransferTimes>(std::size_t arm, int launch)> transfers =
      [](std::size_t, int) { return std::nullopt; };
  std::vector<std::string> tuning_reasons = {};  // of each arm; may be empty

  // Told by run().
  std::vector<std::vector<std::size_t>> rounds =
      {};                               // the arms in the order in which each round ran them
  std::vector<std::size_t> loads = {};  // the arms in the order in which they were launched
  int finished = 0;
  int transfers_asked = 0;
  double now_s = 0.0;
  std::vector<std::string> progress_texts = {};

 private:
  class FakeArm;

  CallSeconds call_seconds_;
  std::vector<int> launches_;
  const FakeArm* running_ = nullptr;
};

// Seconds around `middle_s` with a deviation between launches and one between calls, the same in every run.
double noisy(double middle_s, double launch_deviation, double call_deviation, std::size_t arm,
             int launch, int call);

}  // namespace tsctl
