#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "tsctl/bench/launched_arm.h"
#include "tsctl/bench/load_blocks.h"
#include "tsctl/bench/record.h"

namespace tsctl {

// One launch of every arm: starts them, warms them up, measures rounds and ends them. It adds the results to
// `measurements`, which outlives it like the other arguments.
class LaunchRun {
 public:
  LaunchRun(const std::vector<BenchArm>& arms, const Launcher& launch, const Clock& now_s,
            LoadBlocks& load, std::mt19937_64& random, Measurements& measurements);

  // The most seconds for which the calls of one arm may become steady.
  void limit_warm_up(double seconds) { warm_up_limit_s_ = seconds; }

  // Starts the arms one after another, so that none slows down the start of another one. Returns the seconds that
  // arms in Python took.
  double start();

  void warm_up();

  // One round: all arms take turns in short blocks.
  void run_round();

  // The number of cycles in which the arms take turns within a round.
  int cycles() const;

  // About the seconds of a round, from the calls of the warm-up.
  double round_s() const;

  // Measures the parts of a call of arms on a device, and ends all arms.
  void finish();

 private:
  void warm_up_arm(std::size_t index);
  std::vector<double> run_block(std::size_t index, int calls);
  double run_load_block(std::size_t index);
  void measure_transfers(std::size_t index);
  std::vector<std::size_t> random_order();
  LaunchRecord& record_of(std::size_t index);

  const std::vector<BenchArm>& arms_;
  const Launcher& launch_;
  const Clock& now_s_;
  LoadBlocks& load_;
  std::mt19937_64& random_;
  Measurements& measurements_;
  std::vector<std::unique_ptr<LaunchedArm>> launched_;
  std::vector<double> call_s_;    // of each arm, at the end of its warm-up
  std::vector<int> round_calls_;  // calls of each arm in a round
  double warm_up_limit_s_ = 2.0;
};

}  // namespace tsctl
