#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "tsctl/core/base/enum_names.h"

namespace tsctl {

// How the times of a model's calls, in order from the first, develop.
enum class WarmUpClass {
  flat,        // one level from the first call on
  warm_up,     // slower first, then one level
  slowdown,    // faster first
  not_steady,  // the level still changed near the end
};

constexpr auto names_of(WarmUpClass) {
  return std::to_array<Named<WarmUpClass>>({
      {WarmUpClass::flat, "flat"},
      {WarmUpClass::warm_up, "warm_up"},
      {WarmUpClass::slowdown, "slowdown"},
      {WarmUpClass::not_steady, "not_steady"},
  });
}

// A stretch of calls at one level.
struct CallSegment {
  std::size_t begin = 0;  // index of its first call, from 0
  std::size_t end = 0;    // one past its last
  double median_s = 0.0;
};

struct WarmUpProfile {
  WarmUpClass kind = WarmUpClass::flat;
  std::vector<CallSegment> segments = {};  // they cover all calls, in order
  // The call, counted from 1, from which on the calls are as in the last segment; none when not steady.
  std::optional<std::size_t> steady_from_call = {};
};

// Fewest calls that a profile can be made of.
inline constexpr std::size_t kMinProfileCalls = 6;
// Levels within this of each other are one level.
inline constexpr double kSameLevel = 0.05;

// Splits the calls where their level changes and classifies the result, after Barrett et al. 2017 ("Virtual Machine
// Warmup Blows Hot and Cold"): change points of the mean of log times by optimal partitioning (PELT, Killick et al.
// 2012) with the penalty 2 s^2 log n per change, s from the median absolute difference of neighbours, and adjacent
// segments joined whose medians differ by less than kSameLevel. A single slow call is noise, except at the
// beginning, where it is the warm-up that is looked for. Fewer than kMinProfileCalls calls are not steady.
// Throws std::invalid_argument for times that are not above 0.
WarmUpProfile profile_warm_up(const std::vector<double>& call_s);

}  // namespace tsctl
