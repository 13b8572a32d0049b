#include "tsctl/report/text/load_text.h"

#include <algorithm>
#include <vector>

#include "tsctl/core/base/units.h"
#include "tsctl/report/text/text_lines.h"
#include "tsctl/report/text/text_table.h"

namespace tsctl {

namespace {

// "1, 2, 9, …": the first of a list that the JSON holds wholly.
std::string first_of(const std::vector<std::string>& items, std::size_t most) {
  const auto listed = static_cast<std::ptrdiff_t>(std::min(items.size(), most));
  const std::vector<std::string> shown(items.begin(), items.begin() + listed);
  return joined(shown, ", ") + (shown.size() < items.size() ? ", …" : "");
}

}  // namespace

std::string loop_text(const LoadPlan& load) {
  std::string text = load.rate_per_s ? "open loop, " + rate_text(*load.rate_per_s) +
                                           " calls/s at " + load.arrivals + " times, at most "
                                     : "closed loop, ";
  text += std::to_string(load.concurrency) + (load.concurrency == 1 ? " call" : " calls") +
          " in flight in ";
  return text + (load.instances == 1 ? "one process"
                                     : "each of " + std::to_string(load.instances) + " processes");
}

std::string load_text(const BenchResult& bench) {
  if (bench.load.plain()) return {};
  std::string text =
      line("load", loop_text(bench.load) + (bench.load.rate_per_s
                                                ? "; a latency begins when its call was due"
                                                : "; speedups are of calls ended a second"));
  for (const ArmResult& arm : bench.arms) {
    if (!arm.achieved_per_s) continue;
    std::string ended = "'" + arm.label + "' ended " + rate_text(*arm.achieved_per_s) + " calls/s";
    if (arm.offered_per_s) ended += " of " + rate_text(*arm.offered_per_s) + " offered";
    text += line("", ended);
  }
  return text;
}

std::string sequence_text(const BenchResult& bench) {
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
  return table.render() + "\n";
}

}  // namespace tsctl
