#pragma once

#include <vector>

namespace tsctl {

// The times of the calls of two arms in two consecutive blocks, in seconds, all above 0.
struct BlockPair {
  std::vector<double> base;
  std::vector<double> arm;
};

// The Hodges-Lehmann estimate of log(time of the arm / time of the baseline): the median of the log-ratios of all
// pairs of a call of the arm and a call of the baseline from the same BlockPair (Hodges and Lehmann 1963, "Estimates
// of location based on rank tests", with the blocks as strata). A single disturbed call or block does not shift it.
// The median of each block would be shifted, because blocks can have as few as two calls. A block of more than 16
// calls is represented by 16 of its quantiles. Throws std::invalid_argument if there is no pair of calls.
double hodges_lehmann_log_ratio(const std::vector<BlockPair>& blocks);

}  // namespace tsctl
