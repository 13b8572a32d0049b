#include "tsctl/report/html/html_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "tsctl/core/base/units.h"
#include "tsctl/report/html/svg.h"
#include "tsctl/report/text/host_text.h"
#include "tsctl/report/text/load_text.h"

namespace tsctl {

namespace {

std::string paragraph(const std::string& text) { return fmt::format("<p>{}</p>\n", escaped(text)); }

// Times the middle of an interval. A wider interval is cut, so that the others stay readable.
constexpr double kWidestDrawn = 4.0;

std::string ratios(const BenchResult& bench) {
  std::vector<IntervalMark> marks;
  double margin = 0.0;
  for (const PairResult& pair : bench.pairs) {
    if (!pair.speedup || !pair.speedup_low || !pair.speedup_high) continue;
    margin = pair.margin;
    marks.push_back({.label = pair.arm,
                     .note = fmt::format(
                         "{}, {}, outputs {}",
                         ratio_interval_text(*pair.speedup, *pair.speedup_low, *pair.speedup_high),
                         name_of(pair.verdict), name_of(pair.outputs)),
                     .low = std::max(*pair.speedup_low, *pair.speedup / kWidestDrawn),
                     .middle = *pair.speedup,
                     .high = std::min(*pair.speedup_high, *pair.speedup * kWidestDrawn)});
  }
  if (marks.empty()) return {};
  return interval_plot(marks, 1.0, margin,
                       "times as fast as " + bench.arms.front().label + ", 95% interval");
}

std::string distributions(const BenchResult& bench) {
  std::vector<Distribution> rows;
  for (const ArmResult& arm : bench.arms)
    rows.push_back({.label = arm.label, .quantiles = arm.quantiles_s});
  const std::string plot = distribution_plot(rows, "time of a call, logarithmic");
  if (plot.empty()) return {};
  return plot + paragraph(
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
  return plot + paragraph(
                    "The median of each arm in each round, in the order of the run. Vertical lines "
                    "separate the launches; each launch starts every arm again.");
}

std::string quantile_cell(const PercentileResult& percentile) {
  if (!percentile.value_s)
    return fmt::format("<td title=\"{}\">-</td>", escaped(percentile.reason));
  return fmt::format("<td title=\"{} to {}\">{}</td>", seconds_text(percentile.low_s),
                     seconds_text(percentile.high_s), seconds_text(*percentile.value_s));
}

std::string quantiles(const BenchResult& bench) {
  if (bench.arms.empty() || bench.arms.front().percentiles.empty()) return {};
  std::string table = "<table>\n<tr><th>arm</th>";
  for (const PercentileResult& percentile : bench.arms.front().percentiles)
    table += fmt::format("<th>{}</th>", percent_text(percentile.p));
  table += "<th>calls</th></tr>\n";
  for (const ArmResult& arm : bench.arms) {
    table += fmt::format("<tr><td>{}</td>", escaped(arm.label));
    for (const PercentileResult& percentile : arm.percentiles) table += quantile_cell(percentile);
    table += fmt::format("<td>{}</td></tr>\n", arm.samples);
  }
  return table + "</table>\n" +
         paragraph(fmt::format("Quantiles of all timed calls. The tooltip of a cell shows its "
                               "interval, from order statistics. Load: {}.",
                               loop_text(bench.load)));
}

std::string warm_up(const BenchResult& bench) {
  std::vector<Curve> curves;
  for (const ArmResult& arm : bench.arms) {
    const std::string kind = arm.warm_up ? " (" + name_of(*arm.warm_up) + ")" : "";
    curves.push_back({.label = arm.label + kind, .values = arm.warm_up_s});
  }
  return curve_plot(curves, "call of the first launch, from the first");
}

std::string table_of(const Rows& rows) {
  if (rows.empty()) return {};
  std::string table = "<table class=\"facts\">\n";
  for (const auto& [name, value] : rows)
    table += fmt::format("<tr><th>{}</th><td>{}</td></tr>\n", escaped(name), escaped(value));
  return table + "</table>\n";
}

}  // namespace

std::string html_section(const std::string& title, const std::string& body) {
  return body.empty() ? "" : fmt::format("<h2>{}</h2>\n{}", escaped(title), body);
}

std::string html_from_bench(const BenchResult& bench, const Environment& host) {
  return html_section("Speed", ratios(bench)) +
         html_section("Distribution of a call's time", distributions(bench)) +
         html_section("Order of the run", run_order(bench)) +
         html_section("Warm-up", warm_up(bench)) +
         html_section("Quantiles of a call's time", quantiles(bench)) +
         html_section("Machine", table_of(host_rows(host))) +
         html_section("System load during the measurement",
                      bench.noise ? table_of(noise_rows(*bench.noise)) : "");
}

}  // namespace tsctl
