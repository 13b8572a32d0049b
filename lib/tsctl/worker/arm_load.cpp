#include "tsctl/worker/arm_load.h"

#include <chrono>
#include <thread>

#include "tsctl/core/base/clock.h"
#include "tsctl/worker/load_generator.h"

namespace tsctl {

namespace {

// The kernel wakes a thread up to a tenth of a millisecond late, which would count as the model's latency. The thread
// therefore spins for the rest of the wait. It does not yield, because on a busy host a yield costs a whole time slice
// of the other threads.
constexpr double kAwakeSeconds = 0.0001;

void sleep_precisely(double seconds) {
  const double until_s = now_s() + seconds;
  if (seconds > kAwakeSeconds)
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds - kAwakeSeconds));
  while (now_s() < until_s) {
  }
}

}  // namespace

LoadTimes ArmLoad::run(const LoadWindow& window) {
  return run_load(window, {.call = [this] { arm_.call(); },
                           .now_s = now_s,
                           .sleep = sleep_precisely,
                           .in_threads =
                               [this](int threads, const std::function<void(int)>& work) {
                                 team_.run(threads, work);
                               }});
}

}  // namespace tsctl
