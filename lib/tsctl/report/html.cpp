#include "tsctl/report/html.h"

#include <vector>

#include "tsctl/report/profile_html.h"
#include "tsctl/report/report_text.h"
#include "tsctl/report/svg.h"
#include "tsctl/report/units.h"

namespace tsctl {

namespace {

constexpr const char* kStyle = R"(
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem;
       color: #1d2329; background: #ffffff; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
pre { overflow-x: auto; padding: .8rem 1rem; background: #f4f6f8; border-radius: 6px; }
p.failed { color: #a3222f; font-weight: 600; }
table { border-collapse: collapse; } td, th { padding: .2rem .9rem .2rem 0; text-align: right; }
td:first-child, th:first-child { text-align: left; }
svg { width: 100%; height: auto; font: 12px system-ui, sans-serif; fill: currentColor; }
svg .band { fill: #8a97a5; opacity: .2; } svg .reference { stroke: #8a97a5; }
svg .interval { stroke: #1b6ca8; stroke-width: 3; } svg .middle { fill: #1b6ca8; }
svg .axis { stroke: currentColor; } svg .grid { stroke: #8a97a5; opacity: .4; }
svg .curve { fill: none; stroke-width: 1.5; }
@media (prefers-color-scheme: dark) {
  body { color: #dfe5ea; background: #14181c; } pre { background: #1f252b; }
  p.failed { color: #ff8d97; } svg .interval { stroke: #6db3e8; } svg .middle { fill: #6db3e8; }
}
)";

std::string section(const std::string& title, const std::string& body) {
  return body.empty() ? "" : "<h2>" + escaped(title) + "</h2>\n" + body;
}

std::string ratios(const BenchResult& bench) {
  std::vector<IntervalMark> marks;
  double margin = 0.0;
  for (const PairResult& pair : bench.pairs) {
    if (!pair.speedup) continue;
    margin = pair.margin;
    marks.push_back({.label = pair.arm,
                     .note = ratio_text(*pair.speedup) + " [" + ratio_text(*pair.speedup_low) +
                             ", " + ratio_text(*pair.speedup_high) + "], " + pair.verdict +
                             ", outputs " + pair.outputs,
                     .low = *pair.speedup_low,
                     .middle = *pair.speedup,
                     .high = *pair.speedup_high});
  }
  if (marks.empty()) return {};
  return interval_plot(marks, 1.0, margin,
                       "times as fast as " + bench.arms.front().label + ", 95% interval");
}

std::string quantile_cell(const PercentileResult& percentile) {
  if (!percentile.value_s) return "<td title=\"" + escaped(percentile.reason) + "\">-</td>";
  return "<td title=\"" + seconds_text(*percentile.low_s) + " to " +
         seconds_text(*percentile.high_s) + "\">" + seconds_text(*percentile.value_s) + "</td>";
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
  return table +
         "</table>\n<p>Of all timed calls; the interval that order statistics give stands "
         "in each cell's tooltip. Closed loop: a call starts when the one before has "
         "ended.</p>\n";
}

std::string warm_up(const BenchResult& bench) {
  std::vector<Curve> curves;
  for (const ArmResult& arm : bench.arms)
    curves.push_back({.label = arm.label + " (" + arm.warm_up + ")", .values = arm.warm_up_s});
  return curve_plot(curves, "call of the first launch, from the first");
}

}  // namespace

std::string html_from_report(const Report& report) {
  std::string command;
  for (const std::string& word : report.command) command += (command.empty() ? "" : " ") + word;
  std::string page =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
      escaped("tsctl: " + report.model.path) + "</title>\n<style>" + kStyle +
      "</style>\n</head>\n<body>\n<h1>" + escaped(report.model.path) + "</h1>\n<pre>" +
      escaped(command) + "</pre>\n";
  if (report.error) {
    page += "<p class=\"failed\">" + escaped(report.error->message) + "</p>\n";
  } else {
    page += "<p>" + escaped(report.status) + "</p>\n";
  }
  if (report.bench) {
    page += section("Speed", ratios(*report.bench));
    page += section("Quantiles of a call's time", quantiles(*report.bench));
    page += section("Warm-up", warm_up(*report.bench));
    page += section("Where the time goes", profile_tables(*report.bench));
  }
  page += section("Report", "<pre>" + escaped(text_from_report(report, {})) + "</pre>\n");
  const Environment& host = report.environment;
  page += "<p>" +
          escaped(host.cpu + ", " + std::to_string(host.cores_affinity) + " cores, " +
                  std::to_string(host.threads) + " threads, torch " + host.torch_version +
                  ", tsctl " + report.tool.version) +
          "</p>\n</body>\n</html>\n";
  return page;
}

}  // namespace tsctl
