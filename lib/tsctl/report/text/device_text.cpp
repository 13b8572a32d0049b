#include "tsctl/report/text/device_text.h"

#include "tsctl/core/base/units.h"
#include "tsctl/report/text/text_lines.h"

namespace tsctl {

namespace {

// A device that waits for the CPU is busy for as long as the CPU takes, no longer.
constexpr double kLaunchBoundShare = 0.9;

std::string transfers_text(const TransferTimes& times) {
  std::string text = "inputs to it " + seconds_text(times.to_device_s) + ", work " +
                     seconds_text(times.compute_s) + ", outputs back " +
                     seconds_text(times.from_device_s) + "; " + seconds_text(times.wall_s) +
                     " by the clock on the wall";
  if (times.enqueue_s >= kLaunchBoundShare * times.compute_s) {
    text +=
        "; limited by the CPU, which takes " + seconds_text(times.enqueue_s) + " to start the work";
  }
  return text;
}

}  // namespace

std::string device_text(const BenchResult& bench) {
  std::string text;
  if (bench.cold_cache) text += line("cache", "of the device, emptied before every timed call");
  for (const ArmResult& arm : bench.arms) {
    if (arm.transfers)
      text += line("device", "'" + arm.label + "': " + transfers_text(*arm.transfers));
  }
  for (const ArmResult& arm : bench.arms) {
    if (!arm.tuning_reason.empty())
      text += line("tuning", "'" + arm.label + "': " + arm.tuning_reason);
  }
  return text;
}

}  // namespace tsctl
