#include "tsctl/core/stats/warm_up.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "tsctl/core/stats/statistics.h"

namespace tsctl {

namespace {

// Neighbours that differ by as much as noise does have differences sqrt(2) s wide; 1.4826 makes a deviation of the
// median of absolute ones (normal samples).
constexpr double kDeviationOfDifferences = 1.4826 / 1.4142135623730951;
// A clock's tick must not make a constant series look like steps.
constexpr double kSmallestDeviation = 0.005;
// The last segment must hold at least this share of the calls, and this many, to be a steady state.
constexpr double kSteadyShare = 0.2;
constexpr std::size_t kFewestSteadyCalls = 3;
// Shorter stretches than this within the series are single slow calls, not levels.
constexpr std::size_t kFewestLevelCalls = 3;

double noise_of(const std::vector<double>& logs) {
  std::vector<double> differences;
  for (std::size_t i = 1; i < logs.size(); ++i)
    differences.push_back(std::abs(logs[i] - logs[i - 1]));
  return std::max(kDeviationOfDifferences * median(std::move(differences)), kSmallestDeviation);
}

// Sums from the beginning, so that the cost of any stretch takes constant time.
class StretchCost {
 public:
  explicit StretchCost(const std::vector<double>& values) : sum_{0.0}, squares_{0.0} {
    for (const double value : values) {
      sum_.push_back(sum_.back() + value);
      squares_.push_back(squares_.back() + value * value);
    }
  }

  // Sum of squared deviations from the mean of [begin, end).
  double operator()(std::size_t begin, std::size_t end) const {
    const double sum = sum_[end] - sum_[begin];
    const double count = static_cast<double>(end - begin);
    return squares_[end] - squares_[begin] - sum * sum / count;
  }

 private:
  std::vector<double> sum_;
  std::vector<double> squares_;
};

// Ends of the segments that minimize cost plus penalty for each.
std::vector<std::size_t> segment_ends(const std::vector<double>& logs, double penalty) {
  const StretchCost cost(logs);
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
    // A begin that is beaten now can never be the best one later.
    std::erase_if(candidates,
                  [&](std::size_t begin) { return best[begin] + cost(begin, end) > best[end]; });
    candidates.push_back(end);
  }
  std::vector<std::size_t> ends;
  for (std::size_t end = n; end > 0; end = last_begin[end]) ends.push_back(end);
  std::reverse(ends.begin(), ends.end());
  return ends;
}

CallSegment segment_of(const std::vector<double>& call_s, std::size_t begin, std::size_t end) {
  const auto from = call_s.begin() + static_cast<std::ptrdiff_t>(begin);
  const auto to = call_s.begin() + static_cast<std::ptrdiff_t>(end);
  return {.begin = begin, .end = end, .median_s = median({from, to})};
}

bool same_level(const CallSegment& one, const CallSegment& other) {
  return std::abs(std::log(one.median_s / other.median_s)) < std::log1p(kSameLevel);
}

// Joins neighbours of one level, and short bursts to what is before them.
std::vector<CallSegment> joined(const std::vector<double>& call_s,
                                const std::vector<std::size_t>& ends) {
  std::vector<CallSegment> segments;
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    CallSegment next = segment_of(call_s, begin, end);
    begin = end;
    const bool burst =
        next.begin > 0 && next.end - next.begin < kFewestLevelCalls && next.end < call_s.size();
    const bool after_warm_up =
        segments.size() > 1 || (segments.size() == 1 && segments[0].end >= kFewestLevelCalls);
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
  return length >= kFewestSteadyCalls &&
         static_cast<double>(length) >= kSteadyShare * static_cast<double>(calls);
}

}  // namespace

WarmUpProfile profile_warm_up(const std::vector<double>& call_s) {
  std::vector<double> logs;
  for (const double seconds : call_s) {
    if (!(seconds > 0.0)) throw std::invalid_argument("a call takes more than no time");
    logs.push_back(std::log(seconds));
  }
  WarmUpProfile profile;
  if (call_s.size() < kMinProfileCalls) {
    profile.kind = WarmUpClass::not_steady;
    if (!call_s.empty()) profile.segments.push_back(segment_of(call_s, 0, call_s.size()));
    return profile;
  }
  const double noise = noise_of(logs);
  const double penalty = 2.0 * noise * noise * std::log(static_cast<double>(logs.size()));
  profile.segments = joined(call_s, segment_ends(logs, penalty));
  const CallSegment& last = profile.segments.back();
  if (!is_long_enough(last, call_s.size())) {
    profile.kind = WarmUpClass::not_steady;
    return profile;
  }
  profile.steady_from_call = last.begin + 1;
  if (profile.segments.size() == 1) return profile;
  // What counts is where the calls came to rest against the fastest level they had before.
  double fastest_s = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i + 1 < profile.segments.size(); ++i)
    fastest_s = std::min(fastest_s, profile.segments[i].median_s);
  profile.kind =
      last.median_s > fastest_s * (1.0 + kSameLevel) ? WarmUpClass::slowdown : WarmUpClass::warm_up;
  return profile;
}

}  // namespace tsctl
