#pragma once

#include <filesystem>
#include <optional>

#include "tsctl/core/bench.h"

namespace tsctl {

// Counters of the host that only grow; none where the system does not tell.
struct LoadReading {
  double at_s = 0.0;
  std::optional<double> cpu_waiting_s = {};  // pressure stall totals of /proc/pressure
  std::optional<double> memory_waiting_s = {};
  std::optional<double> io_waiting_s = {};
  std::optional<double> cpu_ticks = {};  // of all CPUs together, /proc/stat
  std::optional<double> idle_ticks = {};
  std::optional<double> steal_ticks = {};
  std::optional<double> throttled_s = {};  // of this process's control group and those around it
  std::optional<double> context_switches = {};  // of all tasks
  std::optional<double> load = {};              // of the minute before
};

// Reads them at the time `at_s` of the caller's clock. `root` is "/" but for tests.
LoadReading read_system_load(double at_s, const std::filesystem::path& root = "/");

// What happened between two readings.
SystemLoad load_between(const LoadReading& before, const LoadReading& after);

// Share of the CPUs' time that was not idle between two readings.
std::optional<double> busy_between(const LoadReading& before, const LoadReading& after);

}  // namespace tsctl
