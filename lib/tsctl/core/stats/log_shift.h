#pragma once

#include <vector>

namespace tsctl {

// What the calls of two arms took in blocks that followed one another, in seconds, all above 0.
struct BlockPair {
  std::vector<double> base;
  std::vector<double> arm;
};

// log(time of arm / time of base): the median of it over all pairs of a call of the one and a call of the other in the same
// BlockPair (the shift of Hodges and Lehmann 1963, "Estimates of location based on rank tests", with blocks as strata).
// A call that was interrupted, or a block that met other conditions than its neighbour, does not move it; a median of each
// block moves with it when blocks are of two or three calls. Of a block of more than 16 calls so many of its quantiles
// stand for it. Throws std::invalid_argument when there is no pair of calls.
double log_shift(const std::vector<BlockPair>& blocks);

}  // namespace tsctl
