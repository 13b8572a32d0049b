#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace tsctl {

// Decides when an arm's calls have become steady. Feed it every call's seconds from the first call on.
// Steady: at least kMinWarmUpCalls calls, and the medians of the last two windows differ by at most kSteadyChange.
// A TorchScript executor specializes on its second call of a shape, so fewer than three calls never suffice.
class SteadyState {
 public:
  void add(const std::vector<double>& call_s);
  bool reached() const noexcept { return steady_at_call_.has_value(); }
  std::optional<std::size_t> steady_at_call() const noexcept {
    return steady_at_call_;
  }  // counted from 1
  const std::vector<double>& calls() const noexcept { return calls_; }

 private:
  std::vector<double> calls_ = {};
  std::optional<std::size_t> steady_at_call_ = {};
};

inline constexpr std::size_t kMinWarmUpCalls = 6;
inline constexpr std::size_t kSteadyWindow = 3;
inline constexpr double kSteadyChange = 0.05;

}  // namespace tsctl
