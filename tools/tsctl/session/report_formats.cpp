#include "session/report_formats.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "tsctl/core/base/error.h"
#include "tsctl/report/export/bench_exports.h"
#include "tsctl/report/export/csv.h"
#include "tsctl/report/export/markdown.h"
#include "tsctl/report/html/html.h"
#include "tsctl/report/json/document.h"

namespace tsctl {

namespace {

// The page of the first report with the content of the others' pages below it.
std::string html_from_reports(const Reports& reports) {
  constexpr std::string_view kBegin = "<body>";
  constexpr std::string_view kEnd = "</body>";
  std::string page = html_from_report(reports.front());
  for (const Report& report : reports.subspan(1)) {
    const std::string other = html_from_report(report);
    const std::size_t begin = other.find(kBegin) + kBegin.size();
    page.insert(page.rfind(kEnd), other.substr(begin, other.rfind(kEnd) - begin));
  }
  return page;
}

}  // namespace

const std::array<ReportFormat, 7> kReportFormats{{
    {.name = "json", .render = &document_from_reports},
    {.name = "csv", .render = &csv_from_report},
    {.name = "html", .render = &html_from_reports},
    {.name = "markdown", .render = &markdown_from_report},
    {.name = "google-benchmark",
     .of_bench = true,
     .one_report = true,
     .render = &google_benchmark_json},
    {.name = "github-action", .of_bench = true, .render = &github_action_json},
    {.name = "pytorch", .of_bench = true, .render = &pytorch_records_json},
}};

const ReportFormat& report_format(const std::string& name) {
  const auto* format = std::ranges::find_if(
      kReportFormats, [&](const ReportFormat& known) { return name == known.name; });
  if (format == kReportFormats.end()) throw std::invalid_argument("unknown format " + name);
  return *format;
}

void require_room(const ReportFormat& format, std::size_t reports, const std::string& remedy) {
  if (!format.one_report || reports <= 1) return;
  throw Error(
      ErrorKind::usage,
      fmt::format("--format {} describes one run, and there are {} reports", format.name, reports),
      remedy);
}

}  // namespace tsctl
