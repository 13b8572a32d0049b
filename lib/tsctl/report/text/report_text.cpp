#include "tsctl/report/text/report_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "tsctl/core/base/units.h"
#include "tsctl/report/text/bench_text.h"
#include "tsctl/report/text/capture_text.h"
#include "tsctl/report/text/diff_text.h"
#include "tsctl/report/text/host_text.h"
#include "tsctl/report/text/inspect_text.h"
#include "tsctl/report/text/text_lines.h"
#include "tsctl/report/text/text_table.h"
#include "tsctl/report/text/verify_text.h"

namespace tsctl {

namespace {

std::string pass_text(const PassRecord& pass, const std::string& name, bool verbose) {
  const bool changed = pass.status == PassStatus::changed;
  std::string text =
      line("pass",
           fmt::format("{}: {}", name,
                       changed ? fmt::format("{} -> {} nodes", pass.nodes_before, pass.nodes_after)
                               : name_of(pass.status)));
  const std::size_t listed =
      verbose ? pass.changes.size() : std::min(kMaxListed, pass.changes.size());
  for (std::size_t i = 0; i < listed; ++i) text += line("", "  " + pass.changes[i]);
  if (listed < pass.changes.size())
    text += line("", fmt::format("  and {} more (-v)", pass.changes.size() - listed));
  return text;
}

std::string passes_text(const std::vector<PassRecord>& passes, bool verbose) {
  std::string text;
  std::vector<std::string> unchanged;
  for (const PassRecord& pass : passes) {
    const bool of_forward = pass.method.empty() || pass.method == "forward";
    const std::string name =
        of_forward ? pass.pass : fmt::format("{} ({})", pass.pass, pass.method);
    if (pass.status == PassStatus::unchanged && !verbose) {
      unchanged.push_back(name);
    } else {
      text += pass_text(pass, name, verbose);
    }
    if (!verbose) continue;
    for (const PassSkip& skip : pass.skipped) {
      text +=
          line("", fmt::format("  skipped {} at {}: {}", skip.operation, skip.place, skip.reason));
    }
  }
  if (!unchanged.empty()) text += line("no change", joined(unchanged, ", "));
  return text;
}

std::string memory_text(const std::vector<StepRecord>& steps) {
  std::vector<std::string> parts;
  for (const StepRecord& step : steps) {
    if (step.peak_memory_bytes > 0)
      parts.push_back(step.name + " " + bytes_text(step.peak_memory_bytes));
  }
  return parts.empty() ? "" : line("memory", "peak of each step: " + joined(parts, ", "));
}

std::string artifact_text(const ArtifactInfo& artifact) {
  if (artifact.status == ArtifactStatus::not_written)
    return line("file", "none: " + artifact.reason);
  std::string text = artifact.path + ", " + bytes_text(artifact.size_bytes);
  if (artifact.status == ArtifactStatus::kept_failed)
    text += fmt::format(" (kept although {})", artifact.reason);
  return line("file", text);
}

std::string run_text(const RunResult& run) {
  TextTable table({"set", "output", "dtype", "shape", ">min", ">max", ">mean", ">not finite"});
  const auto number = [](const std::optional<double>& value) {
    return value ? number_text(*value) : std::string("-");
  };
  for (const OutputSummary& output : run.outputs) {
    const std::string set = output.set.empty() ? "-" : output.set;
    if (output.dtype.empty()) {
      table.add_row({set, output.output, "", output.value});
    } else {
      table.add_row({set, output.output, output.dtype, shape_text(output.shape),
                     number(output.minimum), number(output.maximum), number(output.mean),
                     std::to_string(output.nonfinite)});
    }
  }
  return table.render();
}

std::string findings_text(const std::vector<Finding>& findings) {
  TextTable table({"what", "status", "detail"});
  for (const Finding& finding : findings) {
    table.add_row({finding.name, name_of(finding.status), finding.detail});
    if (!finding.hint.empty()) table.add_row({"", "", "to get it: " + finding.hint});
  }
  return table.render();
}

}  // namespace

std::string text_from_report(const Report& report, const TextOptions& options) {
  std::string text;
  if (report.inspect) text += text_from_summary(*report.inspect, options.sections);
  if (report.diff) text += text_from_diff(*report.diff);
  for (const GraphResult& graph : report.graphs) text += graph.text;
  if (report.bench) text += bench_text(*report.bench) + host_text(report.environment);
  if (report.capture) text += capture_text(*report.capture, options.verbose);
  text += passes_text(report.passes, options.verbose);
  for (const VerifyResult& result : report.verify) text += verify_text(result, options.verbose);
  if (report.run) text += run_text(*report.run);
  if (!report.checks.empty()) text += findings_text(report.checks);
  if (report.doctor) {
    text += "\n" + findings_text(report.doctor->levers);
    if (!report.doctor->devices.empty()) text += "\n" + findings_text(report.doctor->devices);
  }
  if (report.artifact) text += artifact_text(*report.artifact);
  if (report.bench || report.artifact || options.verbose) text += memory_text(report.steps);
  return text;
}

}  // namespace tsctl
