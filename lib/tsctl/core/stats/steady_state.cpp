#include "tsctl/core/stats/steady_state.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tsctl {

namespace {

// The median of the kSteadyWindow calls that start at `begin`.
double window_median(const double* begin) {
  static_assert(kSteadyWindow % 2 == 1);
  std::array<double, kSteadyWindow> window{};
  std::copy_n(begin, kSteadyWindow, window.begin());
  std::ranges::sort(window);
  return window[kSteadyWindow / 2];
}

}  // namespace

void SteadyState::add(const std::vector<double>& call_s) {
  static_assert(kMinWarmUpCalls >= 2 * kSteadyWindow);
  for (const double seconds : call_s) {
    calls_.push_back(seconds);
    if (reached() || calls_.size() < kMinWarmUpCalls) continue;
    const double* const end = calls_.data() + calls_.size();
    const double earlier = window_median(end - 2 * kSteadyWindow);
    const double later = window_median(end - kSteadyWindow);
    if (std::abs(later - earlier) <= kSteadyChange * earlier) steady_at_call_ = calls_.size();
  }
}

}  // namespace tsctl
