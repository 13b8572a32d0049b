#include "tsctl/worker/core_waits.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "tsctl/core/base/clock.h"

namespace tsctl {

namespace {

// A read that took longer was interrupted.
constexpr double kReadSeconds = 1e-4;
// On a host that always interrupts, the last read counts.
constexpr int kMostReads = 10;

// The second number of "RAN WAITED TIMES", in seconds; 0 for a thread that has ended.
double waited_seconds(int descriptor) {
  std::array<char, 96> text = {};
  const ssize_t size = ::pread(descriptor, text.data(), text.size(), 0);
  if (size <= 0) return 0.0;
  const std::string_view numbers(text.data(), static_cast<std::size_t>(size));
  const std::size_t blank = numbers.find(' ');
  if (blank == std::string_view::npos) return 0.0;
  std::int64_t nanoseconds = 0;
  std::from_chars(numbers.data() + blank + 1, numbers.data() + numbers.size(), nanoseconds);
  return 1e-9 * static_cast<double>(nanoseconds);
}

double ran_seconds() {
  timespec time = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

CoreWaits::CoreWaits() {
  std::error_code ignored;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", ignored)) {
    FileDescriptor file(::open((task.path() / "schedstat").c_str(), O_RDONLY | O_CLOEXEC));
    if (file.valid()) threads_.push_back(std::move(file));
  }
}

CoreUse CoreWaits::read() const {
  CoreUse use;
  for (int i = 0; i < kMostReads; ++i) {
    use = {.now_s = now_s(), .ran_s = ran_seconds()};
    for (const FileDescriptor& thread : threads_) use.waited_s += waited_seconds(thread.get());
    if (now_s() - use.now_s < kReadSeconds) break;
  }
  return use;
}

double seconds_without_waits(double call_s, const CoreUse& before, const CoreUse& after,
                             int cores) {
  // A wait between a reading and the call makes the time between the readings longer than the call.
  const double around_s = std::max(0.0, after.now_s - before.now_s - call_s);
  const double waited_s = std::max(0.0, after.waited_s - before.waited_s - around_s);
  const double least_s = std::min(call_s, (after.ran_s - before.ran_s) / cores);
  return std::max(call_s - waited_s, least_s);
}

TimedCalls time_calls_without_waits(Arm& arm, int untimed, int calls, int cores) {
  const CoreWaits waits;
  if (!waits.known()) return {.seconds = arm.time_calls(untimed, calls)};
  if (untimed > 0) arm.time_calls(untimed, 0);
  TimedCalls times{.core_wait_s = 0.0};
  CoreUse before = waits.read();
  for (int i = 0; i < calls; ++i) {
    const double call_s = arm.time_calls(0, 1).at(0);
    const CoreUse after = waits.read();
    times.seconds.push_back(seconds_without_waits(call_s, before, after, cores));
    *times.core_wait_s += call_s - times.seconds.back();
    before = after;
  }
  return times;
}

}  // namespace tsctl
