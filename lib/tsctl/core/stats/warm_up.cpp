#include "tsctl/core/stats/warm_up.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <utility>

#include "tsctl/core/stats/statistics.h"

namespace tsctl {

namespace {

// Times the median absolute difference of neighbours gives the standard deviation of normal samples: 1.4826 is the
// factor for a median absolute deviation, and a difference has a deviation of sqrt(2) s.
constexpr double kDeviationOfDifferences = 1.4826 / std::numbers::sqrt2;
// A coarse clock makes the steps of a constant series look like changes; this deviation covers them.
constexpr double kMinDeviation = 0.005;
// The last segment is a steady state if it has at least this share of the calls, and this many.
constexpr double kMinSteadyShare = 0.2;
constexpr std::size_t kMinSteadyCalls = 3;
// A shorter segment within the series is a burst of slow calls, not a level.
constexpr std::size_t kMinLevelCalls = 3;

std::vector<double> logs_of(const std::vector<double>& call_s) {
  std::vector<double> logs;
  for (const double seconds : call_s) {
    if (!(seconds > 0.0)) throw std::invalid_argument("a call's time must be above 0");
    logs.push_back(std::log(seconds));
  }
  return logs;
}

double noise_deviation(const std::vector<double>& logs) {
  std::vector<double> differences;
  for (std::size_t i = 1; i < logs.size(); ++i)
    differences.push_back(std::abs(logs[i] - logs[i - 1]));
  return std::max(kDeviationOfDifferences * median(std::move(differences)), kMinDeviation);
}

double penalty_of_change(const std::vector<double>& logs) {
  const double noise = noise_deviation(logs);
  return 2.0 * noise * noise * std::log(static_cast<double>(logs.size()));
}

// The cost of a segment, from prefix sums in constant time.
class SegmentCost {
 public:
  explicit SegmentCost(const std::vector<double>& values) : sum_{0.0}, squares_{0.0} {
    for (const double value : values) {
      sum_.push_back(sum_.back() + value);
      squares_.push_back(squares_.back() + value * value);
    }
  }

  // The sum of squared deviations from the mean of [begin, end).
  double operator()(std::size_t begin, std::size_t end) const {
    const double sum = sum_[end] - sum_[begin];
    const auto count = static_cast<double>(end - begin);
    return squares_[end] - squares_[begin] - sum * sum / count;
  }

 private:
  std::vector<double> sum_;
  std::vector<double> squares_;
};

// The ends of the segments that minimize the total of each segment's cost plus the penalty (PELT).
std::vector<std::size_t> segment_ends(const std::vector<double>& logs, double penalty) {
  const SegmentCost cost(logs);
  const std::size_t n = logs.size();
  std::vector<double> best(n + 1, std::numeric_limits<double>::infinity());
  std::vector<std::size_t> last_begin(n + 1, 0);
  best[0] = -penalty;
  std::vector<std::size_t> candidates{0};
  for (std::size_t end = 1; end <= n; ++end) {
    for (const std::size_t begin : candidates) {
      const double total = best[begin] + cost(begin, end) + penalty;
      if (total >= best[end]) continue;
      best[end] = total;
      last_begin[end] = begin;
    }
    // PELT's pruning: a begin that loses here cannot win at a later end.
    std::erase_if(candidates,
                  [&](std::size_t begin) { return best[begin] + cost(begin, end) > best[end]; });
    candidates.push_back(end);
  }
  std::vector<std::size_t> ends;
  for (std::size_t end = n; end > 0; end = last_begin[end]) ends.push_back(end);
  std::ranges::reverse(ends);
  return ends;
}

CallSegment segment_of(const std::vector<double>& call_s, std::size_t begin, std::size_t end) {
  const auto from = call_s.begin() + static_cast<std::ptrdiff_t>(begin);
  const auto to = call_s.begin() + static_cast<std::ptrdiff_t>(end);
  return {.begin = begin, .end = end, .median_s = median({from, to})};
}

bool same_level(const CallSegment& one, const CallSegment& other) {
  return std::abs(std::log(one.median_s / other.median_s)) < std::log1p(kLevelTolerance);
}

// Whether the segment is a burst of slow calls between levels. At the beginning of the series there is no level yet:
// slow calls there are the warm-up.
bool is_burst(const CallSegment& next, const std::vector<CallSegment>& before, std::size_t calls) {
  const bool is_short = next.end - next.begin < kMinLevelCalls && next.end < calls;
  const bool after_a_level = before.size() > 1 || before.front().end >= kMinLevelCalls;
  return is_short && after_a_level;
}

// Merges neighbours of the same level, and bursts with the segment before them.
std::vector<CallSegment> merged_segments(const std::vector<double>& call_s,
                                         const std::vector<std::size_t>& ends) {
  std::vector<CallSegment> segments{segment_of(call_s, 0, ends.front())};
  for (std::size_t i = 1; i < ends.size(); ++i) {
    const CallSegment next = segment_of(call_s, ends[i - 1], ends[i]);
    CallSegment& last = segments.back();
    if (same_level(last, next) || is_burst(next, segments, call_s.size())) {
      last = segment_of(call_s, last.begin, next.end);
    } else {
      segments.push_back(next);
    }
  }
  return segments;
}

bool is_long_enough(const CallSegment& last, std::size_t calls) {
  const std::size_t length = last.end - last.begin;
  return length >= kMinSteadyCalls &&
         static_cast<double>(length) >= kMinSteadyShare * static_cast<double>(calls);
}

// The class of calls whose last segment is steady: compares that segment with the fastest one before it.
WarmUpClass class_of(const std::vector<CallSegment>& segments) {
  if (segments.size() == 1) return WarmUpClass::flat;
  const CallSegment& last = segments.back();
  const CallSegment& fastest =
      *std::ranges::min_element(segments.begin(), segments.end() - 1, {}, &CallSegment::median_s);
  const bool slower = last.median_s > fastest.median_s * (1.0 + kLevelTolerance);
  return slower ? WarmUpClass::slowdown : WarmUpClass::warm_up;
}

}  // namespace

WarmUpProfile profile_warm_up(const std::vector<double>& call_s) {
  const std::vector<double> logs = logs_of(call_s);
  WarmUpProfile profile{.kind = WarmUpClass::not_steady};
  if (call_s.size() < kMinProfileCalls) {
    if (!call_s.empty()) profile.segments.push_back(segment_of(call_s, 0, call_s.size()));
    return profile;
  }
  profile.segments = merged_segments(call_s, segment_ends(logs, penalty_of_change(logs)));
  const CallSegment& last = profile.segments.back();
  if (!is_long_enough(last, call_s.size())) return profile;
  profile.kind = class_of(profile.segments);
  profile.steady_from_call = last.begin + 1;
  return profile;
}

}  // namespace tsctl
