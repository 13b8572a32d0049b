#include "tsctl/worker/arm_load.h"

#include <chrono>
#include <thread>

#include "tsctl/worker/load_generator.h"

namespace tsctl {

namespace {

using SteadyClock = std::chrono::steady_clock;

// The kernel wakes a sleeper up to a tenth of a millisecond late, which would be told as the model's latency. The rest is
// spent awake, and without yielding: a thread that yields on a busy host waits for a whole turn of the others.
constexpr double kAwakeSeconds = 0.0001;

double now_s() {
  return std::chrono::duration<double>(SteadyClock::now().time_since_epoch()).count();
}

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
