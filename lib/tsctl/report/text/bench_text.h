#pragma once

#include <string>

#include "tsctl/core/bench.h"
#include "tsctl/report/text/text_options.h"

namespace tsctl {

// "12.3k items/s", "-" without one.
std::string throughput_text(const ArmResult& arm);

// How text marks a name or a reason that comes from the user.
using Markup = std::string (*)(const std::string& text);

// What the gate of a pair is about: "new is 1.00 [0.997, 1.005] of baseline; limit 0.980".
std::string gate_text(const PairResult& pair, Markup name, Markup reason);

// The table with a row for each arm, and the settings of the measurement. Verbose adds its conditions: warm-up, opening
// and system load.
std::string bench_text(const BenchResult& bench, const TextOptions& options);

}  // namespace tsctl
