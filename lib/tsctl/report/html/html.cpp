#include "tsctl/report/html/html.h"

#include <fmt/format.h>

#include "tsctl/core/base/units.h"
#include "tsctl/report/html/bench_html.h"
#include "tsctl/report/html/capture_html.h"
#include "tsctl/report/html/diff_html.h"
#include "tsctl/report/html/html_page.h"
#include "tsctl/report/html/html_table.h"
#include "tsctl/report/html/inspect_html.h"
#include "tsctl/report/html/profile_html.h"
#include "tsctl/report/html/verify_html.h"
#include "tsctl/report/text/host_text.h"

namespace tsctl {

namespace {

std::string command_line(const Report& report) {
  std::string text;
  for (const std::string& word : report.command) text += (text.empty() ? "" : " ") + word;
  return text;
}

// "tsctl bench: cnn.pt".
std::string title_of(const Report& report) {
  std::string text = "tsctl";
  if (report.command.size() > 1 && !report.command[1].starts_with("-"))
    text += " " + report.command[1];
  return report.model.path.empty() ? text : text + ": " + report.model.path;
}

std::string verdict_of(const Report& report) {
  const auto words = [&]() -> std::string {
    switch (report.status) {
      case ReportStatus::pass:
        return "Passed";
      case ReportStatus::check_failed:
        return report.diff ? "The files differ" : "A check failed";
      case ReportStatus::gate_failed:
        return "Too slow";
      case ReportStatus::inconclusive:
        return "Undecided";
      case ReportStatus::interrupted:
        return "Interrupted";
      case ReportStatus::error:
        break;
    }
    return report.error ? "Error" : "Failed";
  };
  return fmt::format("{} (exit {})", words(), report.exit_code);
}

std::string detail_of(const Report& report) {
  if (!report.error) return {};
  std::string text = report.error->message;
  if (!report.error->hint.empty()) text += "\nTo do: " + report.error->hint;
  if (!report.error->detail.empty()) text += "\n" + report.error->detail;
  return text;
}

std::string warnings_table(const std::vector<Warning>& warnings) {
  HtmlTable table({"code", "warning"});
  for (const Warning& warning : warnings) table.add_row({warning.code.text(), warning.text});
  return table.render();
}

std::string artifact_facts(const ArtifactInfo& artifact) {
  const bool written = artifact.status != ArtifactStatus::not_written;
  return html_facts({{"status", name_of(artifact.status)},
                     {"path", artifact.path},
                     {"size", written ? bytes_text(artifact.size_bytes) : std::string()},
                     {"SHA-256", artifact.sha256},
                     {"why", artifact.reason}});
}

std::string doctor_parts(const Report& report) {
  std::string text = html_section("Checks", html_from_findings(report.checks));
  if (report.doctor) {
    text += html_section("Features of this LibTorch", html_from_findings(report.doctor->levers)) +
            html_section("Devices", html_from_findings(report.doctor->devices));
  }
  return text;
}

std::string graphs(const Report& report) {
  std::string text;
  for (const GraphResult& graph : report.graphs) text += html_code(graph.text);
  return text;
}

std::string versions_of(const Report& report) {
  const Environment& host = report.environment;
  const std::string torch =
      host.torch_version.empty() ? report.tool.built_for_torch : host.torch_version;
  return "tsctl " + report.tool.version + (torch.empty() ? "" : ", torch " + torch);
}

std::string body_of(const Report& report) {
  std::string text;
  if (report.bench) {
    text += html_from_bench(*report.bench) +
            html_section("Where the time goes", profile_tables(*report.bench));
  }
  text += html_section("Outputs", html_from_verify(report.verify));
  if (report.diff) text += html_from_diff(*report.diff);
  if (report.inspect) text += html_from_summary(*report.inspect);
  if (report.run) text += html_section("Outputs", html_from_run(*report.run));
  if (report.capture) text += html_section("Capture", html_from_capture(*report.capture));
  text += html_section("Passes", html_from_passes(report.passes));
  if (report.artifact) text += html_section("File written", artifact_facts(*report.artifact));
  text += doctor_parts(report) + html_section("Graphs", graphs(report)) +
          html_section("Warnings", warnings_table(report.warnings)) +
          html_section("Steps", html_from_steps(report.steps)) +
          html_section("Machine", html_facts(host_rows(report.environment)));
  if (report.bench && report.bench->noise) {
    text += html_section("System load during the measurement",
                         html_facts(noise_rows(*report.bench->noise)));
  }
  return text;
}

}  // namespace

std::string html_from_report(const Report& report) {
  return html_page({.title = title_of(report),
                    .command = command_line(report),
                    .verdict = verdict_of(report),
                    .failed = report.status != ReportStatus::pass,
                    .detail = detail_of(report)},
                   body_of(report) + html_paragraph(versions_of(report)));
}

}  // namespace tsctl
