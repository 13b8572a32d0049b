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

double noise_deviation(const std::vector<double>& logs) {
  std::vector<double> differences;
  for (std::size_t i = 1; i < logs.size(); ++i)
    differences.push_back(std::abs(logs[i] - logs[i - 1]));
  return std::max(kDeviationOfDifferences * median(std::move(differences)), kMinDeviation);
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

// Merges neighbours of the same level, and bursts with the segment before them.
std::vector<CallSegment> merged_segments(const std::vector<double>& call_s,
                                         const std::vector<std::size_t>& ends) {
  std::vector<CallSegment> segments;
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    CallSegment next = segment_of(call_s, begin, end);
    begin = end;
    const bool burst =
        next.begin > 0 && next.end - next.begin < kMinLevelCalls && next.end < call_s.size();
    const bool after_warm_up =
        segments.size() > 1 || (segments.size() == 1 && segments[0].end >= kMinLevelCalls);
    if (!segments.empty() && (same_level(segments.back(), next) || (burst && after_warm_up))) {
      segments.back() = segment_of(call_s, segments.back().begin, next.end);
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

// Compares the last level with the fastest level before it. There must be at least two segments.
WarmUpClass class_of_change(const std::vector<CallSegment>& segments) {
  const CallSegment& last = segments.back();
  const auto fastest = std::min_element(
      segments.begin(), segments.end() - 1,
      [](const CallSegment& a, const CallSegment& b) { return a.median_s < b.median_s; });
  const bool slower = last.median_s > fastest->median_s * (1.0 + kLevelTolerance);
  return slower ? WarmUpClass::slowdown : WarmUpClass::warm_up;
}

}  // namespace

WarmUpProfile profile_warm_up(const std::vector<double>& call_s) {
  std::vector<double> logs;
  for (const double seconds : call_s) {
    if (!(seconds > 0.0)) throw std::invalid_argument("a call's time must be above 0");
    logs.push_back(std::log(seconds));
  }
  WarmUpProfile profile;
  if (call_s.size() < kMinProfileCalls) {
    profile.kind = WarmUpClass::not_steady;
    if (!call_s.empty()) profile.segments.push_back(segment_of(call_s, 0, call_s.size()));
    return profile;
  }
  const double noise = noise_deviation(logs);
  const double penalty = 2.0 * noise * noise * std::log(static_cast<double>(logs.size()));
  profile.segments = merged_segments(call_s, segment_ends(logs, penalty));
  const CallSegment& last = profile.segments.back();
  if (!is_long_enough(last, call_s.size())) {
    profile.kind = WarmUpClass::not_steady;
    return profile;
  }
  profile.steady_from_call = last.begin + 1;
  if (profile.segments.size() > 1) profile.kind = class_of_change(profile.segments);
  return profile;
}

}  // namespace tsctl
