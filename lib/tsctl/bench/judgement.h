#pragma once

#include <cstddef>
#include <vector>

#include "tsctl/bench/launched_arm.h"
#include "tsctl/bench/record.h"
#include "tsctl/core/bench.h"
#include "tsctl/core/bench_options.h"

namespace tsctl {

// Whether the arm gets a speedup and a verdict: its outputs do not differ from the baseline's.
bool is_judged(const BenchArm& arm);

// The indices of the arms, other than the baseline, that are judged.
std::vector<std::size_t> judged_arms(const std::vector<BenchArm>& arms);

// Compares the arm `index` with the baseline, the first arm.
PairResult judged_pair(const std::vector<BenchArm>& arms, std::size_t index,
                       const LogRatios& log_ratios, const BenchOptions& options);

// Sets the result of the gate --max-regress for each pair. The more arms there are, the likelier it is that some
// interval misses its ratio, so Holm's procedure (holm.h) limits the probability that any gate fails without a
// regression. options.max_regress must be set.
void judge_gates(const std::vector<BenchArm>& arms, const std::vector<LogRatios>& log_ratios,
                 const BenchOptions& options, std::vector<PairResult>& pairs);

// Warns if the page faults of a call differ so much between launches or arms that their cost exceeds the margin: the
// allocator causes such a difference, not the model.
void warn_of_page_faults(double margin, BenchResult& result);

}  // namespace tsctl
