#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "tsctl/core/base/enum_names.h"

namespace tsctl {

// The class of a series of call times, from the first call on, for the report. (steady_state.h decides while an arm
// runs when its warm-up ends.)
enum class WarmUpClass {
  flat,        // one level from the first call
  warm_up,     // slower at first, then steady
  slowdown,    // faster at first, then steady
  not_steady,  // the level still changes near the end
};

constexpr auto names_of(WarmUpClass) {
  return std::to_array<Named<WarmUpClass>>({
      {WarmUpClass::flat, "flat"},
      {WarmUpClass::warm_up, "warm_up"},
      {WarmUpClass::slowdown, "slowdown"},
      {WarmUpClass::not_steady, "not_steady"},
  });
}

// Consecutive calls at one level.
struct CallSegment {
  std::size_t begin = 0;  // index of the first call, from 0
  std::size_t end = 0;    // index after the last call
  double median_s = 0.0;
};

struct WarmUpProfile {
  WarmUpClass kind = WarmUpClass::flat;
  std::vector<CallSegment> segments = {};  // all calls, in order
  // The number, from 1, of the first call of the last segment; nullopt if not steady.
  std::optional<std::size_t> steady_from_call = {};
};

// A profile needs at least this many calls.
inline constexpr std::size_t kMinProfileCalls = 6;
// Segments whose medians differ by less than this share have the same level.
inline constexpr double kLevelTolerance = 0.05;

// Splits the calls at changes of their level and classifies the result, after Barrett et al. 2017 ("Virtual Machine
// Warmup Blows Hot and Cold"). The change points of the mean log time come from PELT (Killick et al. 2012) with the
// penalty 2 s^2 log n per change; s is estimated from the median absolute difference of neighbours. Adjacent segments
// of the same level are merged. A single slow call is noise, except at the beginning, where it is warm-up. Fewer than
// kMinProfileCalls calls are not steady. Throws std::invalid_argument if a time is not above 0.
WarmUpProfile profile_warm_up(const std::vector<double>& call_s);

}  // namespace tsctl
