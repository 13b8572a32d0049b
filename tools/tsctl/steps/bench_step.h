#pragma once

#include <string>
#include <vector>

#include "session/command_session.h"
#include "steps/model_inputs.h"
#include "tsctl/bench/launched_arm.h"
#include "tsctl/core/bench.h"
#include "tsctl/core/bench_options.h"

namespace tsctl {

// Measures, adds the result to the report, and judges it by the options' gates.
// `samples_path`, if not empty, takes every single time as JSON lines, one a launch of an arm. `order`, if not empty,
// is the sequence of input sets that every launch begins with.
ExitCode bench_step(Run& run, const std::vector<BenchArm>& arms, const BenchOptions& options,
                    const ModelInputs& inputs, const std::string& input_label,
                    const std::string& samples_path, const std::vector<std::size_t>& order = {});

// Of a run whose two arms are the same: how far from 1 their ratio's interval reaches is what cannot be resolved.
void record_smallest_effect(BenchResult& bench);

}  // namespace tsctl
