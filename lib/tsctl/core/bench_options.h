#pragma once

#include <cstdint>
#include <optional>

#include "tsctl/core/bench_vocabulary.h"
#include "tsctl/core/load_plan.h"

namespace tsctl {

struct BenchOptions {
  // Enough for an interval of half a percent for two files of 1 ms per call on two busy cores.
  double budget_s = 15.0;
  double margin = 0.01;
  double precision = 0.005;  // half-width of the ratio's interval that ends the measurement
  int min_launches = 5;
  std::optional<std::int64_t> max_pairs = {};  // rounds over all launches that end the measurement
  std::optional<double> max_regress = {};
  std::optional<double> require_speedup = {};
  bool allow_undecided = false;
  bool require_conclusive = false;
  bool require_quiet = false;
  WaitPolicy wait_policy = WaitPolicy::automatic;
  bool busy_host = false;  // other work was there before the measurement
  int cores = 1;           // that the arms may use
  std::uint64_t seed = 0;
  LoadPlan load = {};
};

}  // namespace tsctl
