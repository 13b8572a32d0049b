#pragma once

#include <cstddef>
#include <vector>

#include "tsctl/bench/launched_arm.h"
#include "tsctl/core/bench.h"
#include "tsctl/core/bench_options.h"

namespace tsctl {

using LogRatios = std::vector<std::vector<double>>;  // of one arm to the first, [launch][round]

// An arm whose outputs differ gets times, but no speedup and no verdict.
bool is_judged(const BenchArm& arm);

// The arm `index` against the first.
PairResult judged_pair(const std::vector<BenchArm>& arms, std::size_t index,
                       const LogRatios& log_ratios, const BenchOptions& options);

// Fills in what --max-regress says of each pair. With several arms some interval misses its ratio sooner or later: Holm's
// procedure keeps the chance that any gate fails for no reason at that of one. options.max_regress must be there.
void judge_gates(const std::vector<BenchArm>& arms, const std::vector<LogRatios>& log_ratios,
                 const BenchOptions& options, std::vector<PairResult>& pairs);

// Warns of page faults that differ between launches or arms by more than the margin of a call's time: that is a
// difference which the heap makes, not the model.
void warn_of_faults(double margin, BenchResult& result);

}  // namespace tsctl
