#include "tsctl/bench/profile_session.h"

#include <algorithm>

#include "tsctl/core/stats/statistics.h"
#include "tsctl/core/stats/steady_state.h"

namespace tsctl {

namespace {

constexpr double kMaxWarmUpSeconds = 2.0;
// Short calls are recorded for this long, so that a single disturbance hardly changes the totals.
constexpr double kRecordedSeconds = 0.5;
constexpr int kMaxRecordedCalls = 500;

// Returns the seconds of a call after the warm-up.
double warm_up(LaunchedArm& arm, const Clock& now_s) {
  SteadyState state;
  const double start_s = now_s();
  while (!state.reached() &&
         (state.calls().size() < kMinWarmUpCalls || now_s() - start_s < kMaxWarmUpSeconds)) {
    state.add(arm.time_calls(0, static_cast<int>(kSteadyWindow)).seconds);
  }
  const std::vector<double>& calls = state.calls();
  return median({calls.end() - static_cast<std::ptrdiff_t>(kSteadyWindow), calls.end()});
}

}  // namespace

ProfileResult profile_arm(const BenchArm& arm, const ProfileRequest& request,
                          const Launcher& launch, const Clock& now_s) {
  BenchArm recorded = arm;
  recorded.request.debug_files = true;
  const std::unique_ptr<LaunchedArm> launched = launch(recorded, 0);
  launched->wait_until_ready();
  const double call_s = std::max(warm_up(*launched, now_s), 1e-7);
  ProfileRequest enough = request;
  enough.calls =
      std::max(request.calls,
               static_cast<int>(std::min(kRecordedSeconds / call_s, double{kMaxRecordedCalls})));
  ProfileResult result = launched->profile(enough);
  result.arm = arm.request.label;
  launched->finish();
  return result;
}

}  // namespace tsctl
