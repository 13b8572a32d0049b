#include "tsctl/report/html/bench_html.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "tsctl/core/base/units.h"
#include "tsctl/report/html/html_page.h"
#include "tsctl/report/html/html_table.h"
#include "tsctl/report/html/svg.h"
#include "tsctl/report/text/bench_text.h"
#include "tsctl/report/text/load_text.h"

namespace tsctl {

namespace {

HtmlCell outputs_cell(ArmOutputs outputs) {
  const std::string text = name_of(outputs);
  if (outputs == ArmOutputs::same) return judged_cell(text, true);
  return outputs == ArmOutputs::differ ? judged_cell(text, false) : HtmlCell(text);
}

std::string ratio_of(const PairResult* pair) {
  if (pair == nullptr) return "1.00";
  if (!pair->speedup) return "withheld";
  return ratio_interval_text(pair->speedup, pair->speedup_low, pair->speedup_high);
}

HtmlCell gate_cell(const PairResult& pair) {
  const std::string limit =
      pair.gate_limit ? fmt::format(" (limit {})", ratio_text(*pair.gate_limit)) : std::string();
  const std::string text = name_of(pair.gate) + limit;
  return pair.gate == Gate::undecided ? HtmlCell(text) : judged_cell(text, pair.gate == Gate::pass);
}

std::string arms_table(const BenchResult& bench) {
  const std::string base = bench.arms.empty() ? "" : bench.arms.front().label;
  HtmlTable table({"arm", ">median", ">p99", ">spread", ">throughput", ">speedup vs " + base,
                   ">page faults/call", ">max difference", "outputs", "speed", "gate"});
  for (const ArmResult& arm : bench.arms) {
    const PairResult* pair = pair_of(bench, arm.label);
    const bool gated = pair != nullptr && pair->gate.has_value();
    table.add_row(
        {arm.label, seconds_text(arm.median_s), HtmlCell(seconds_text(arm.p99_s), arm.p99_s_reason),
         percent_text(arm.spread), throughput_text(arm),
         HtmlCell(ratio_of(pair), pair == nullptr ? std::string() : pair->speedup_reason),
         rate_text(arm.page_faults_per_call), number_text(arm.max_abs), outputs_cell(arm.outputs),
         name_of(arm.speed), gated ? gate_cell(*pair) : HtmlCell()});
  }
  return table.render();
}

std::string ratios(const BenchResult& bench) {
  std::vector<IntervalMark> marks;
  IntervalAxis axis{.title = "times as fast as " +
                             (bench.arms.empty() ? std::string() : bench.arms.front().label) +
                             ", 95% interval, logarithmic"};
  for (const PairResult& pair : bench.pairs) {
    if (!pair.speedup || !pair.speedup_low || !pair.speedup_high) continue;
    axis.margin = pair.margin;
    if (pair.gate && pair.gate_limit) {
      axis.limit = pair.gate_limit;
      axis.limit_name = "limit " + ratio_text(*pair.gate_limit);
    }
    marks.push_back({.label = pair.arm,
                     .note = fmt::format("{}, {}, outputs {}", ratio_of(&pair),
                                         name_of(pair.verdict), name_of(pair.outputs)),
                     .low = *pair.speedup_low,
                     .middle = *pair.speedup,
                     .high = *pair.speedup_high});
  }
  return interval_plot(marks, axis);
}

std::string distributions(const BenchResult& bench) {
  std::vector<Distribution> rows;
  for (const ArmResult& arm : bench.arms)
    rows.push_back({.label = arm.label, .quantiles = arm.quantiles_s});
  const std::string plot = distribution_plot(rows, "time of a call, logarithmic");
  if (plot.empty()) return {};
  return plot + html_paragraph(
                    "The density of the timed calls of all launches, on a scale of its own for "
                    "each arm. Below it: the median, the middle half and 5% to 95% of the calls.");
}

// The launches and rounds of the blocks in the order they ran. A saved report may contain any launch numbers, so only
// launches with blocks get space on the axis.
struct RunOrder {
  std::vector<double> ends = {};  // of the launches, a round being 1 wide
  std::map<int, std::size_t> places = {};

  explicit RunOrder(const BenchResult& bench) {
    std::map<int, int> rounds;
    for (const ArmResult& arm : bench.arms) {
      for (const BlockTime& block : arm.blocks)
        rounds[block.launch] = std::max(rounds[block.launch], block.round);
    }
    for (const auto& [launch, count] : rounds) {
      places[launch] = ends.size();
      ends.push_back((ends.empty() ? 0.0 : ends.back()) + count);
    }
  }

  double begin(std::size_t place) const { return place == 0 ? 0.0 : ends[place - 1]; }
};

std::string run_order(const BenchResult& bench) {
  const RunOrder order(bench);
  std::vector<Timeline> timelines;
  for (const ArmResult& arm : bench.arms) {
    Timeline timeline{.label = arm.label};
    timeline.parts.resize(order.ends.size());
    for (const BlockTime& block : arm.blocks) {
      const std::size_t place = order.places.at(block.launch);
      const double turn = (block.turn - 0.5) / static_cast<double>(bench.arms.size());
      timeline.parts[place].push_back(
          {order.begin(place) + block.round - 1.0 + turn, block.median_s});
    }
    timelines.push_back(timeline);
  }
  const std::string plot = timeline_plot(timelines, order.ends, "round, all launches in a row");
  if (plot.empty()) return {};
  return plot + html_paragraph(
                    "The median of each arm in each round, in the order of the run. Vertical lines "
                    "separate the launches; each launch starts every arm again.");
}

HtmlCell quantile_cell(const PercentileResult& percentile) {
  if (!percentile.value_s) return {"-", percentile.reason};
  return {seconds_text(percentile.value_s),
          fmt::format("{} to {}", seconds_text(percentile.low_s), seconds_text(percentile.high_s))};
}

std::string quantiles(const BenchResult& bench) {
  if (bench.arms.empty() || bench.arms.front().percentiles.empty()) return {};
  std::vector<std::string> titles{"arm"};
  for (const PercentileResult& percentile : bench.arms.front().percentiles)
    titles.push_back(">" + percent_text(percentile.p));
  titles.emplace_back(">calls");
  HtmlTable table(titles);
  for (const ArmResult& arm : bench.arms) {
    std::vector<HtmlCell> cells{arm.label};
    for (const PercentileResult& percentile : arm.percentiles)
      cells.push_back(quantile_cell(percentile));
    cells.resize(titles.size() - 1);  // a saved report may have another number of them
    cells.emplace_back(std::to_string(arm.samples));
    table.add_row(cells);
  }
  return table.render() +
         html_paragraph(fmt::format("Quantiles of all timed calls. The tooltip of a cell shows its "
                                    "interval, from order statistics. Load: {}.",
                                    loop_text(bench.load)));
}

std::string warm_up_table(const BenchResult& bench) {
  HtmlTable table(
      {"arm", ">load", ">1st call", ">2nd", ">3rd", ">steady from call", ">memory", ">threads"});
  for (const ArmResult& arm : bench.arms) {
    table.add_row({arm.label, seconds_text(arm.load_s), seconds_text(arm.first_call_s),
                   seconds_text(arm.second_call_s), seconds_text(arm.third_call_s),
                   arm.steady_at_call ? std::to_string(*arm.steady_at_call) : "-",
                   bytes_text(arm.peak_memory_bytes), std::to_string(arm.threads)});
  }
  return table.render();
}

std::string warm_up(const BenchResult& bench) {
  std::vector<Curve> curves;
  for (const ArmResult& arm : bench.arms) {
    const std::string kind = arm.warm_up ? " (" + name_of(*arm.warm_up) + ")" : "";
    curves.push_back({.label = arm.label + kind, .values = arm.warm_up_s});
  }
  return curve_plot(curves, "call of the first launch, from the first");
}

// What the times of a busy host leave out.
std::string core_waits(const BenchResult& bench) {
  std::string text;
  for (const ArmResult& arm : bench.arms) {
    if (!arm.core_wait_share) continue;
    text += text.empty() ? "excluded from the times: " : ", ";
    text += fmt::format("{} of {}", percent_text(*arm.core_wait_share), arm.label);
  }
  return text;
}

std::string conditions(const BenchResult& bench) {
  return html_facts({{"input set", bench.input_set},
                     {"device", bench.device},
                     {"load", loop_text(bench.load)},
                     {"arms waited", bench.wait_policy_reason.empty()
                                         ? std::string()
                                         : fmt::format("{}: {}", name_of(bench.wait_policy),
                                                       bench.wait_policy_reason)},
                     {"waits for a core", core_waits(bench)},
                     {"measured for", seconds_text(bench.measured_s)},
                     {"ended by", name_of(bench.stopped_by)}});
}

}  // namespace

std::string html_from_bench(const BenchResult& bench) {
  return html_section("Speed", arms_table(bench) + ratios(bench) + conditions(bench)) +
         html_section("Distribution of a call's time", distributions(bench)) +
         html_section("Order of the run", run_order(bench)) +
         html_section("Warm-up", warm_up_table(bench) + warm_up(bench)) +
         html_section("Quantiles of a call's time", quantiles(bench));
}

}  // namespace tsctl
