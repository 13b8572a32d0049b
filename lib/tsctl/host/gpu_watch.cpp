#include "tsctl/host/gpu_watch.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <utility>

namespace tsctl {

namespace {

// A sample takes well below a millisecond, mostly waiting for the driver: at most 0.1% of a core.
constexpr std::chrono::milliseconds kInterval{250};

}  // namespace

void add_moment(const GpuMoment& moment, SystemLoad& load) {
  for (const std::string& reason : moment.throttle_reasons) {
    std::vector<std::string>& known = load.gpu_throttle_reasons;
    if (std::ranges::find(known, reason) == known.end()) known.push_back(reason);
  }
  if (moment.idle || !moment.clock_mhz) return;
  const double clock = *moment.clock_mhz;
  load.gpu_clock_low_mhz = std::min(load.gpu_clock_low_mhz.value_or(clock), clock);
  load.gpu_clock_high_mhz = std::max(load.gpu_clock_high_mhz.value_or(clock), clock);
}

GpuWatch::GpuWatch(Look look) : look_(std::move(look)), thread_([this] { watch(); }) {}

GpuWatch::~GpuWatch() { end(); }

void GpuWatch::watch() {
  // Another thread handles signals.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  std::unique_lock lock(mutex_);
  do {
    lock.unlock();
    const GpuMoment moment = look_();
    lock.lock();
    add_moment(moment, seen_);
  } while (!ended_.wait_for(lock, kInterval, [this] { return ending_; }));
}

void GpuWatch::end() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  ended_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void GpuWatch::finish(SystemLoad& load) {
  end();
  load.gpu_clock_low_mhz = seen_.gpu_clock_low_mhz;
  load.gpu_clock_high_mhz = seen_.gpu_clock_high_mhz;
  load.gpu_throttle_reasons = seen_.gpu_throttle_reasons;
}

}  // namespace tsctl
