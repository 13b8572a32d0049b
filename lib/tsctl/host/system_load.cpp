#include "tsctl/host/system_load.h"

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tsctl/host/control_group.h"

namespace tsctl {

namespace {

namespace fs = std::filesystem;

constexpr double kMicroseconds = 1e-6;

std::optional<double> difference(const std::optional<double>& before,
                                 const std::optional<double>& after) {
  if (!before || !after) return std::nullopt;
  return *after - *before;
}

std::optional<double> share(const std::optional<double>& part, double whole) {
  if (!part || whole <= 0.0) return std::nullopt;
  return *part / whole;
}

// The file has "some avg10=0.00 avg60=0.12 avg300=0.05 total=123456", with the total in microseconds.
std::optional<double> waiting_s(const fs::path& file) {
  std::ifstream stream(file);
  std::string word;
  while (stream >> word) {
    if (!word.starts_with("total=")) continue;
    return std::stod(word.substr(6)) * kMicroseconds;
  }
  return std::nullopt;
}

// The first line of /proc/stat has the ticks of: user nice system idle iowait irq softirq steal ….
void read_ticks(const fs::path& file, LoadReading& reading) {
  std::ifstream stream(file);
  std::string name;
  stream >> name;
  if (name != "cpu") return;
  std::vector<double> ticks;
  for (double value = 0.0; ticks.size() < 8 && stream >> value;) ticks.push_back(value);
  if (ticks.size() < 8) return;
  double sum = 0.0;
  for (const double value : ticks) sum += value;
  reading.cpu_ticks = sum;
  reading.idle_ticks = ticks[3] + ticks[4];
  reading.steal_ticks = ticks[7];
}

// The line "ctxt 123456" of /proc/stat has the context switches of all tasks since the system started.
std::optional<double> context_switches(const fs::path& file) {
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with("ctxt ")) return std::stod(line.substr(5));
  }
  return std::nullopt;
}

// Version 2 counts microseconds, version 1 nanoseconds.
std::optional<double> throttled_s(const fs::path& file) {
  constexpr double kNanoseconds = 1e-9;
  std::ifstream stream(file);
  std::string name;
  for (double value = 0.0; stream >> name >> value;) {
    if (name == "throttled_usec") return value * kMicroseconds;
    if (name == "throttled_time") return value * kNanoseconds;
  }
  return std::nullopt;
}

// The total over the process's control group and its parents.
std::optional<double> throttled_by_all(const fs::path& root) {
  std::optional<double> sum;
  for (const fs::path& group : cpu_control_groups(root)) {
    if (const auto seconds = throttled_s(group / "cpu.stat")) sum = sum.value_or(0.0) + *seconds;
  }
  return sum;
}

}  // namespace

LoadReading read_system_load(double at_s, const fs::path& root) {
  LoadReading reading{.at_s = at_s};
  const fs::path pressure = root / "proc/pressure";
  reading.cpu_waiting_s = waiting_s(pressure / "cpu");
  reading.memory_waiting_s = waiting_s(pressure / "memory");
  reading.io_waiting_s = waiting_s(pressure / "io");
  read_ticks(root / "proc/stat", reading);
  reading.context_switches = context_switches(root / "proc/stat");
  reading.throttled_s = throttled_by_all(root);
  std::ifstream load(root / "proc/loadavg");
  if (double value = 0.0; load >> value) reading.load = value;
  return reading;
}

SystemLoad load_between(const LoadReading& before, const LoadReading& after) {
  const double elapsed_s = after.at_s - before.at_s;
  SystemLoad load;
  load.cpu_pressure = share(difference(before.cpu_waiting_s, after.cpu_waiting_s), elapsed_s);
  load.memory_pressure =
      share(difference(before.memory_waiting_s, after.memory_waiting_s), elapsed_s);
  load.io_pressure = share(difference(before.io_waiting_s, after.io_waiting_s), elapsed_s);
  const auto ticks = difference(before.cpu_ticks, after.cpu_ticks);
  if (ticks) load.steal = share(difference(before.steal_ticks, after.steal_ticks), *ticks);
  load.throttled_s = difference(before.throttled_s, after.throttled_s);
  if (const auto switches = difference(before.context_switches, after.context_switches))
    load.context_switches = std::llround(*switches);
  load.load_before = before.load;
  return load;
}

std::optional<double> busy_between(const LoadReading& before, const LoadReading& after) {
  const auto ticks = difference(before.cpu_ticks, after.cpu_ticks);
  if (!ticks) return std::nullopt;
  const auto idle = share(difference(before.idle_ticks, after.idle_ticks), *ticks);
  if (!idle) return std::nullopt;
  return 1.0 - *idle;
}

}  // namespace tsctl
