#include "tsctl/report/text/device_text.h"

#include <fmt/format.h>

#include "tsctl/core/base/units.h"
#include "tsctl/report/text/text_lines.h"

namespace tsctl {

namespace {

// A device that waits for the CPU is busy only as long as the CPU takes to start its work.
constexpr double kLaunchBoundShare = 0.9;

std::string transfers_text(const TransferTimes& times) {
  std::string text =
      fmt::format("copy of inputs {}, work {}, copy of outputs {}; {} wall-clock time",
                  seconds_text(times.to_device_s), seconds_text(times.compute_s),
                  seconds_text(times.from_device_s), seconds_text(times.wall_s));
  if (times.enqueue_s >= kLaunchBoundShare * times.compute_s) {
    text += fmt::format("; limited by the CPU, which takes {} to start the work",
                        seconds_text(times.enqueue_s));
  }
  return text;
}

}  // namespace

std::string device_text(const BenchResult& bench) {
  std::string text;
  if (bench.cold_cache) text += line("cache", "emptied on the device before every timed call");
  for (const ArmResult& arm : bench.arms) {
    if (arm.transfers)
      text += line("device", fmt::format("'{}': {}", arm.label, transfers_text(*arm.transfers)));
  }
  for (const ArmResult& arm : bench.arms) {
    if (!arm.tuning_reason.empty())
      text += line("tuning", fmt::format("'{}': {}", arm.label, arm.tuning_reason));
  }
  return text;
}

}  // namespace tsctl
