#pragma once

#include <filesystem>
#include <optional>

#include "tsctl/core/bench.h"

namespace tsctl {

// Counters of the host, which only increase. A counter is empty if the system does not provide it.
struct LoadReading {
  double at_s = 0.0;
  std::optional<double> cpu_waiting_s = {};  // totals of /proc/pressure
  std::optional<double> memory_waiting_s = {};
  std::optional<double> io_waiting_s = {};
  std::optional<double> cpu_ticks = {};  // of all CPUs together, /proc/stat
  std::optional<double> idle_ticks = {};
  std::optional<double> steal_ticks = {};
  std::optional<double> throttled_s = {};       // of this process's control group and its parents
  std::optional<double> context_switches = {};  // of all tasks
  std::optional<double> load = {};              // load average over 1 minute
};

// Reads the counters; `at_s` is the current time of the caller's clock. `root` is "/" except in tests.
LoadReading read_system_load(double at_s, const std::filesystem::path& root = "/");

// The system statistics between two readings.
SystemLoad load_between(const LoadReading& before, const LoadReading& after);

// The share of CPU time that was not idle between two readings.
std::optional<double> busy_between(const LoadReading& before, const LoadReading& after);

}  // namespace tsctl
