#include "tsctl/report/html/html_bench.h"

#include <algorithm>
#include <map>
#include <vector>

#include "tsctl/core/base/units.h"
#include "tsctl/report/html/svg.h"
#include "tsctl/report/text/host_text.h"
#include "tsctl/report/text/load_text.h"

namespace tsctl {

namespace {

std::string paragraph(const std::string& text) { return "<p>" + escaped(text) + "</p>\n"; }

// Times the middle: a wider interval is cut, or it would press all others into one spot.
constexpr double kWidestDrawn = 4.0;

std::string ratios(const BenchResult& bench) {
  std::vector<IntervalMark> marks;
  double margin = 0.0;
  for (const PairResult& pair : bench.pairs) {
    if (!pair.speedup || !pair.speedup_low || !pair.speedup_high) continue;
    margin = pair.margin;
    marks.push_back(
        {.label = pair.arm,
         .note = ratio_interval_text(*pair.speedup, *pair.speedup_low, *pair.speedup_high) + ", " +
                 pair.verdict + ", outputs " + pair.outputs,
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
                    "How dense the timed calls of all launches lie, each arm to its own height; "
                    "below, the median, the middle half and 5% to 95% of them.");
}

// The blocks' launches and rounds as they ran. A saved report may claim any numbers, so launches are counted by those
// that are there.
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
                    "Each round's median of an arm in the order they ran; every launch, between "
                    "two upright "
                    "lines, starts each arm anew.");
}

std::string quantile_cell(const PercentileResult& percentile) {
  if (!percentile.value_s) return "<td title=\"" + escaped(percentile.reason) + "\">-</td>";
  return "<td title=\"" + seconds_text(percentile.low_s) + " to " +
         seconds_text(percentile.high_s) + "\">" + seconds_text(*percentile.value_s) + "</td>";
}

std::string quantiles(const BenchResult& bench) {
  if (bench.arms.empty() || bench.arms.front().percentiles.empty()) return {};
  std::string table = "<table>\n<tr><th>arm</th>";
  for (const PercentileResult& percentile : bench.arms.front().percentiles)
    table += "<th>" + percent_text(percentile.p) + "</th>";
  table += "<th>calls</th></tr>\n";
  for (const ArmResult& arm : bench.arms) {
    table += "<tr><td>" + escaped(arm.label) + "</td>";
    for (const PercentileResult& percentile : arm.percentiles) table += quantile_cell(percentile);
    table += "<td>" + std::to_string(arm.samples) + "</td></tr>\n";
  }
  return table + "</table>\n" +
         paragraph(
             "Of all timed calls; the interval that order statistics give stands in each "
             "cell's tooltip. Load: " +
             loop_text(bench.load) + ".");
}

std::string warm_up(const BenchResult& bench) {
  std::vector<Curve> curves;
  for (const ArmResult& arm : bench.arms) {
    const std::string kind = arm.warm_up.empty() ? "" : " (" + arm.warm_up + ")";
    curves.push_back({.label = arm.label + kind, .values = arm.warm_up_s});
  }
  return curve_plot(curves, "call of the first launch, from the first");
}

std::string table_of(const Rows& rows) {
  if (rows.empty()) return {};
  std::string table = "<table class=\"facts\">\n";
  for (const auto& [name, value] : rows)
    table += "<tr><th>" + escaped(name) + "</th><td>" + escaped(value) + "</td></tr>\n";
  return table + "</table>\n";
}

}  // namespace

std::string html_section(const std::string& title, const std::string& body) {
  return body.empty() ? "" : "<h2>" + escaped(title) + "</h2>\n" + body;
}

std::string html_from_bench(const BenchResult& bench, const Environment& host) {
  return html_section("Speed", ratios(bench)) +
         html_section("Distribution of a call's time", distributions(bench)) +
         html_section("Order of the run", run_order(bench)) +
         html_section("Warm-up", warm_up(bench)) +
         html_section("Quantiles of a call's time", quantiles(bench)) +
         html_section("Machine", table_of(host_rows(host))) +
         html_section("What the machine did meanwhile",
                      bench.noise ? table_of(noise_rows(*bench.noise)) : "");
}

}  // namespace tsctl
