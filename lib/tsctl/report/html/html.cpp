#include "tsctl/report/html/html.h"

#include "tsctl/report/html/html_bench.h"
#include "tsctl/report/html/profile_html.h"
#include "tsctl/report/html/svg.h"
#include "tsctl/report/html/svg_parts.h"
#include "tsctl/report/text/report_text.h"

namespace tsctl {

namespace {

constexpr const char* kStyle = R"(
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem;
       color: #1d2329; background: #ffffff; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; } h2 { font-size: 1.1rem; margin-top: 2rem; }
pre { overflow-x: auto; padding: .8rem 1rem; background: #f4f6f8; border-radius: 6px; }
p.failed { color: #a3222f; font-weight: 600; }
table { border-collapse: collapse; } td, th { padding: .2rem .9rem .2rem 0; text-align: right; }
td:first-child, th:first-child { text-align: left; }
table.facts td, table.facts th { text-align: left; vertical-align: top; overflow-wrap: anywhere; }
table.facts th { font-weight: normal; color: #5c6670; white-space: nowrap; }
svg { width: 100%; height: auto; font: 12px system-ui, sans-serif; fill: currentColor; }
svg .band { fill: #8a97a5; opacity: .2; } svg .reference { stroke-dasharray: 3 3; }
svg .interval { stroke: #1b6ca8; stroke-width: 3; } svg .middle { fill: #1b6ca8; }
svg .axis, svg .median { stroke: currentColor; } svg .grid { stroke: #8a97a5; opacity: .35; }
svg .border { stroke: #8a97a5; } svg .whisker { stroke: currentColor; }
svg .box { stroke: currentColor; stroke-width: 6; stroke-opacity: .45; }
svg .median { stroke-width: 2; } svg .line { fill: none; stroke-width: 1.5; }
svg .hill { fill-opacity: .55; }
)";

constexpr const char* kDarkStyle = R"(
  body { color: #dfe5ea; background: #14181c; } pre { background: #1f252b; }
  table.facts th { color: #9aa6b1; }
  p.failed { color: #ff8d97; } svg .interval { stroke: #6db3e8; } svg .middle { fill: #6db3e8; }
)";

std::string style() {
  return kStyle + svg::series_rules(false) + "@media (prefers-color-scheme: dark) {" + kDarkStyle +
         svg::series_rules(true) + "}\n";
}

}  // namespace

std::string html_from_report(const Report& report) {
  std::string command;
  for (const std::string& word : report.command) command += (command.empty() ? "" : " ") + word;
  std::string page =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
      escaped("tsctl: " + report.model.path) + "</title>\n<style>" + style() +
      "</style>\n</head>\n<body>\n<h1>" + escaped(report.model.path) + "</h1>\n<pre>" +
      escaped(command) + "</pre>\n";
  if (report.error) {
    page += "<p class=\"failed\">" + escaped(report.error->message) + "</p>\n";
  } else {
    page += "<p>" + name_of(report.status) + "</p>\n";
  }
  if (report.bench) {
    page += html_from_bench(*report.bench, report.environment);
    page += html_section("Where the time goes", profile_tables(*report.bench));
  }
  page += html_section("Report", "<pre>" + escaped(text_from_report(report, {})) + "</pre>\n");
  const Environment& host = report.environment;
  page += "<p>" +
          escaped(host.cpu + ", " + std::to_string(host.cores_affinity) + " cores, " +
                  std::to_string(host.threads) + " threads, torch " + host.torch_version +
                  ", tsctl " + report.tool.version) +
          "</p>\n</body>\n</html>\n";
  return page;
}

}  // namespace tsctl
