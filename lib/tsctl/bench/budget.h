#pragma once

#include <cstddef>
#include <vector>

#include "tsctl/bench/launched_arm.h"
#include "tsctl/core/bench_options.h"
#include "tsctl/core/stats/launch_plan.h"

namespace tsctl {

// Accounts for the time and the rounds that a session spends. Its clock starts with the constructor.
class Budget {
 public:
  Budget(const BenchOptions& options, const Clock& now_s);

  // Seconds since the start.
  double elapsed_s() const { return now_s_() - start_s_; }
  // The same without the time to start Python and import torch. That takes seconds, so it would leave no time to
  // measure in a short budget.
  double spent_s() const { return elapsed_s() - python_load_s_; }
  double python_load_s() const { return python_load_s_; }

  void exclude_python_load(double seconds) { python_load_s_ += seconds; }
  void add_launch(double seconds) { launch_costs_s_.push_back(seconds); }
  void add_rounds(std::size_t rounds, double seconds);

  // The time to start and warm up all arms once: the median over the launches so far, 0 without one.
  double launch_cost_s() const;
  // The costs of a launch and of a round so far; before the first round, that of estimate_round().
  MeasuringCosts costs() const;
  void estimate_round(double seconds) { estimated_round_s_ = seconds; }
  // The time for a launch with as few rounds as possible.
  double shortest_launch_s() const;
  // Forgets the costs so far, because the arms will wait in another way. The time stays spent.
  void forget_costs();
  // The rounds that options.max_pairs still permits.
  std::size_t rounds_left() const;
  // The time for the rounds of the current launch, which is started and warmed up: the rest of the budget, divided
  // among the launches up to options.min_launches that fit into it. `launches` includes the current one.
  double measuring_time_s(int launches) const;

 private:
  const BenchOptions& options_;
  const Clock& now_s_;
  double start_s_;
  double python_load_s_ = 0.0;
  std::vector<double> launch_costs_s_ = {};
  double estimated_round_s_ = 0.0;
  double rounds_s_ = 0.0;
  std::size_t rounds_ = 0;
};

}  // namespace tsctl
