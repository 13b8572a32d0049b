#include "tsctl/report/text/load_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "tsctl/core/base/units.h"
#include "tsctl/report/text/text_lines.h"
#include "tsctl/report/text/text_table.h"

namespace tsctl {

namespace {

// "1, 2, 9, …": the first items of a list. The JSON has all of them.
std::string first_of(const std::vector<std::string>& items, std::size_t most) {
  const auto listed = static_cast<std::ptrdiff_t>(std::min(items.size(), most));
  const std::vector<std::string> shown(items.begin(), items.begin() + listed);
  return joined(shown, ", ") + (shown.size() < items.size() ? ", …" : "");
}

}  // namespace

std::string loop_text(const LoadPlan& load) {
  const std::string loop = load.rate_per_s
                               ? fmt::format("open loop, {} calls/s at {} times, at most",
                                             rate_text(*load.rate_per_s), name_of(load.arrivals))
                               : "closed loop,";
  return fmt::format(
      "{} {} in flight in {}", loop, counted(load.concurrency, "call"),
      load.instances == 1 ? "one process" : fmt::format("each of {} processes", load.instances));
}

std::string load_text(const BenchResult& bench) {
  if (bench.load.plain()) return {};
  std::string text = line(
      "load", loop_text(bench.load) + (bench.load.rate_per_s
                                           ? "; latencies are measured from the time a call is due"
                                           : "; speedups compare completed calls per second"));
  for (const ArmResult& arm : bench.arms) {
    if (!arm.achieved_per_s) continue;
    std::string ended =
        fmt::format("'{}' completed {} calls/s", arm.label, rate_text(*arm.achieved_per_s));
    if (arm.offered_per_s) ended += fmt::format(" of {} offered", rate_text(*arm.offered_per_s));
    text += line("", ended);
  }
  return text;
}

std::string sequence_text(const BenchResult& bench, std::size_t width) {
  if (bench.sequence.empty()) return {};
  TextTable table(
      {"sequence", "set", ">calls", ">1st call", ">2nd", ">3rd", ">later", "spikes at"});
  for (const ArmResult& arm : bench.arms) {
    for (const SequenceSet& set : arm.sequence) {
      std::vector<std::string> spikes;
      for (const int place : set.spikes) spikes.push_back(std::to_string(place));
      table.add_row({arm.label, set.set, std::to_string(set.calls), seconds_text(set.first_call_s),
                     seconds_text(set.second_call_s), seconds_text(set.third_call_s),
                     seconds_text(set.median_s),
                     spikes.empty() ? "-" : "call " + first_of(spikes, kMaxListed)});
    }
  }
  return table.render(0, width) + "\n";
}

}  // namespace tsctl
