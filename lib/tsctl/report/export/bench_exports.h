#pragma once

#include <string>

#include "tsctl/core/reports.h"

namespace tsctl {

// Benches as JSON in the formats of other tools. Each throws std::invalid_argument for a report without a bench.

// Google Benchmark's JSON output: one entry per arm, times in nanoseconds. The format describes one run on one machine,
// so there must be one report.
std::string google_benchmark_json(const Reports& reports);

// An array of {name, unit, value, range}, smaller is better, as github-action-benchmark reads it.
std::string github_action_json(const Reports& reports);

// One record per metric and arm, in the form of PyTorch's benchmark database (version 3).
std::string pytorch_records_json(const Reports& reports);

}  // namespace tsctl
