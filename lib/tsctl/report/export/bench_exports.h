#pragma once

#include <string>

#include "tsctl/core/report.h"

namespace tsctl {

// A bench as JSON in the formats of other tools. Each throws std::invalid_argument for a report without a bench.

// Google Benchmark's JSON output: one entry per arm, times in nanoseconds.
std::string google_benchmark_json(const Report& report);

// An array of {name, unit, value, range}, smaller is better, as github-action-benchmark reads it.
std::string github_action_json(const Report& report);

// One record per metric and arm, in the form of PyTorch's benchmark database (version 3).
std::string pytorch_records_json(const Report& report);

}  // namespace tsctl
