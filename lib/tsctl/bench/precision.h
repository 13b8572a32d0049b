#pragma once

#include <cstddef>
#include <vector>

#include "tsctl/bench/judgement.h"
#include "tsctl/bench/launched_arm.h"
#include "tsctl/core/bench_options.h"
#include "tsctl/core/stats/ratio_variation.h"

namespace tsctl {

// Whether more measuring would change no verdict: the interval of every judged arm is as narrow as options.precision,
// or so far from "no difference" that its width does not matter, and its gate is decided. `log_ratios` has an entry for each arm.
bool is_precise(const std::vector<BenchArm>& arms, const std::vector<LogRatios>& log_ratios,
                const BenchOptions& options);

// Whether the last launch has enough rounds: they contribute little to the width of every judged arm's interval.
bool is_launch_precise(const std::vector<BenchArm>& arms, const std::vector<LogRatios>& log_ratios,
                       const BenchOptions& options);

// The largest variation between launches, and within them, of any judged arm.
RatioVariation largest_variation(const std::vector<BenchArm>& arms,
                                 const std::vector<LogRatios>& log_ratios);

}  // namespace tsctl
