#include "tsctl/core/bench.h"

#include <algorithm>

namespace tsctl {

const PairResult* pair_of(const BenchResult& bench, const std::string& arm) {
  const auto pair = std::ranges::find_if(
      bench.pairs, [&](const PairResult& candidate) { return candidate.arm == arm; });
  return pair == bench.pairs.end() ? nullptr : &*pair;
}

}  // namespace tsctl
