#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "session/command_session.h"
#include "steps/model_inputs.h"
#include "tsctl/bench/launched_arm.h"
#include "tsctl/core/bench.h"
#include "tsctl/core/bench_options.h"
#include "tsctl/core/report.h"

namespace tsctl {

// What is measured, and how.
struct BenchPlan {
  std::vector<BenchArm> arms = {};
  BenchOptions options = {};
  std::string batch_dim = {};           // the dimension that a throughput counts
  std::int64_t items_per_call = 0;      // its size in the timed set; 0 without one
  std::string input_set = {};           // label of the timed set
  std::vector<std::size_t> order = {};  // input sets that every launch begins with; may be empty
  // File for the times of all calls, one JSON line per launch of an arm; may be empty.
  std::string samples_path = {};
  std::optional<BenchResult> Report::*result = &Report::bench;  // where the result goes
};

// What the inputs say about a bench: the timed set, and what a throughput counts. Without arms.
BenchPlan bench_plan_for(const ModelInputs& inputs, const Report& report,
                         const BenchOptions& options);

// Measures, adds the result to the report, and judges it by the options' gates.
ExitCode bench_step(CommandSession& session, const BenchPlan& plan);

// For a run with two equal arms: records the largest distance from 1 of the ends of the ratio's interval, which is the
// smallest effect that this host can resolve.
void record_smallest_effect(BenchResult& bench);

}  // namespace tsctl
