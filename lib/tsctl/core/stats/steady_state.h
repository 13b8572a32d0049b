#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace tsctl {

inline constexpr std::size_t kMinWarmUpCalls = 6;
inline constexpr std::size_t kSteadyWindow = 3;
inline constexpr double kSteadyChange = 0.05;

// Detects the end of an arm's warm-up while it runs; warm_up.h classifies the warm-up afterwards, for the report. Pass
// it the times of all calls, in order. The calls are steady after at least kMinWarmUpCalls calls, when the medians of
// the last two windows of kSteadyWindow calls differ by at most kSteadyChange. TorchScript's executor compiles at the
// second call of a shape, so the warm-up takes at least three calls.
class SteadyState {
 public:
  void add(const std::vector<double>& call_s);
  bool reached() const noexcept { return steady_at_call_.has_value(); }
  // The number of the call, from 1, after which the calls were steady.
  std::optional<std::size_t> steady_at_call() const noexcept { return steady_at_call_; }
  const std::vector<double>& calls() const noexcept { return calls_; }

 private:
  std::vector<double> calls_ = {};
  std::optional<std::size_t> steady_at_call_ = {};
};

}  // namespace tsctl
