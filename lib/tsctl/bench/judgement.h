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

// Withholds the speedup of a pair where the number would mislead: an inconclusive interval is wider than a factor of 2,
// or the estimate contradicts the medians of all calls by more than 10% and by more than the interval's width. The
// latter makes the verdict inconclusive and the gate undecided. Both happen on a host whose cores are busy.
void withhold_misleading(const std::vector<ArmResult>& arms, std::vector<PairResult>& pairs);

// The smallest speedup of the arm `index` that passes its gate; nothing without a gate. --max-regress holds for every
// arm, --require-speedup for the last one.
std::optional<double> gate_limit(const BenchOptions& options, std::size_t index, std::size_t arms);

// Sets the result of the gate for each pair that has one. The more arms there are, the likelier it is that some
// interval misses its ratio, so Holm's procedure (holm.h) limits the probability that any gate fails without a
// regression.
void judge_gates(const std::vector<BenchArm>& arms, const std::vector<LogRatios>& log_ratios,
                 const BenchOptions& options, std::vector<PairResult>& pairs);

// Warns once if the page faults of a call differ so much between launches, or else between arms, that their cost
// exceeds the margin: the allocator causes such a difference, not the model.
void warn_of_page_faults(double margin, BenchResult& result);

}  // namespace tsctl
