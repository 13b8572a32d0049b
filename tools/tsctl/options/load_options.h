#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/bench/launched_arm.h"
#include "tsctl/core/bench.h"
#include "tsctl/core/bench_options.h"

namespace tsctl {

// The load flags of bench as given on the command line.
struct LoadFlags {
  std::string rate = {};
  std::optional<Arrivals> arrivals = {};
  int concurrency = 1;
  int instances = 1;
  std::string sequence = {};
};

void add_load_options(CLI::App& command, LoadFlags& flags);

// Throws Error{usage} for flags that do not fit together, and for a rate that offers too few calls within
// `options.budget_s` to compare this number of arms.
LoadPlan load_plan_from(const LoadFlags& flags, const BenchOptions& options, std::size_t arms);

// A warning for each arm whose processes and threads are more than `cores`; its latencies then include the wait
// for a core.
std::vector<Warning> oversubscribed(const std::vector<BenchArm>& arms, const LoadPlan& plan,
                                    int cores);

}  // namespace tsctl
