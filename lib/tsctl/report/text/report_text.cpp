#include "tsctl/report/text/report_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tsctl/core/base/units.h"
#include "tsctl/core/rtol_text.h"
#include "tsctl/report/text/bench_text.h"
#include "tsctl/report/text/capture_text.h"
#include "tsctl/report/text/diff_text.h"
#include "tsctl/report/text/host_text.h"
#include "tsctl/report/text/inspect_text.h"
#include "tsctl/report/text/run_columns.h"
#include "tsctl/report/text/style.h"
#include "tsctl/report/text/suggestion_text.h"
#include "tsctl/report/text/text_lines.h"
#include "tsctl/report/text/text_table.h"
#include "tsctl/report/text/verify_text.h"

namespace tsctl {

namespace {

// "peephole (encode)".
std::string name_of_pass(const PassRecord& pass) {
  const bool of_forward = pass.method.empty() || pass.method == "forward";
  return of_forward ? pass.pass : fmt::format("{} ({})", pass.pass, pass.method);
}

std::string pass_text(const PassRecord& pass) {
  const bool changed = pass.status == PassStatus::changed;
  std::string text =
      line("pass",
           fmt::format("{}: {}", name_of_pass(pass),
                       changed ? fmt::format("{} -> {} nodes", pass.nodes_before, pass.nodes_after)
                               : name_of(pass.status)));
  for (const std::string& change : pass.changes) text += line("", "  " + change);
  for (const PassSkip& skip : pass.skipped) {
    text +=
        line("", fmt::format("  skipped {} at {}: {}", skip.operation, skip.place, skip.reason));
  }
  return text;
}

// A pass that changed something, in one line.
std::string changed_text(const PassRecord& pass) {
  std::string text =
      fmt::format("{}: {} -> {} nodes", name_of_pass(pass), pass.nodes_before, pass.nodes_after);
  if (!pass.changes.empty()) text += "; " + pass.changes.front();
  if (pass.changes.size() > 1) text += fmt::format(" and {} more", pass.changes.size() - 1);
  return line("pass", text);
}

std::string passes_text(const std::vector<PassRecord>& passes, bool verbose) {
  std::string text;
  std::vector<std::string> disabled;
  std::size_t changed = 0;
  for (const PassRecord& pass : passes) {
    if (verbose) text += pass_text(pass);
    if (pass.status == PassStatus::disabled) disabled.push_back(name_of_pass(pass));
    if (pass.status == PassStatus::changed && ++changed <= kMaxListed && !verbose)
      text += changed_text(pass);
  }
  if (verbose) return text;
  if (changed > kMaxListed)
    text += line("", fmt::format("and {} more passes (-v)", changed - kMaxListed));
  if (!passes.empty() && changed == 0) text += line("pass", "none changed anything");
  if (!disabled.empty()) text += line("disabled", joined(disabled, ", "));
  return text;
}

// "packed     72 layers (linear 48, linear + gelu 24); on this host: onednn 70, plain 2".
std::string packed_text(const std::vector<PackedLayer>& layers) {
  if (layers.empty()) return {};
  std::map<std::string, int> operations;
  std::map<std::string, int> kernels;
  for (const PackedLayer& layer : layers) {
    ++operations[layer.operation];
    ++kernels[layer.kernel];
  }
  const auto counts = [](const std::map<std::string, int>& numbers) {
    std::vector<std::string> parts;
    for (const auto& [name, count] : numbers) parts.push_back(fmt::format("{} {}", name, count));
    return joined(parts, ", ");
  };
  return line("packed",
              fmt::format("{} ({}); kernels on this host: {}", counted(std::ssize(layers), "layer"),
                          counts(operations), counts(kernels)));
}

std::string heap_text(bool keeps_heap) {
  return keeps_heap ? line("heap", "loading the file makes glibc keep freed memory in the process")
                    : "";
}

// One line for several candidates of one reference that are all the same; empty if they are not.
std::string all_same_text(const std::vector<VerifyResult>& results) {
  std::vector<std::string> names;
  for (const VerifyResult& result : results) {
    if (result.status != Match::same) return {};
    names.push_back(result.candidate);
  }
  const VerifyResult& last = results.back();
  std::string text = fmt::format("{} against {}: {}, max difference {}", joined(names, ", "),
                                 last.reference, good("same"), number_text(last.max_abs));
  if (last.would_pass_rtol)
    text += fmt::format(", would pass at rtol {}", rtol_text(*last.would_pass_rtol));
  return line("verify", text);
}

std::string verifications_text(const Report& report, bool verbose) {
  // convert compares each of its stages.
  if (!verbose && report.capture && report.verify.size() > 1) {
    const std::string same = all_same_text(report.verify);
    if (!same.empty()) return same;
  }
  std::string text;
  for (const VerifyResult& result : report.verify) text += verify_text(result, verbose);
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

std::string signature_text(const SignatureInfo& signature) {
  std::string text = signature.path;
  if (!signature.signer.empty()) text += ", signed by " + signature.signer;
  if (!signature.key_sha256.empty()) text += ", key " + signature.key_sha256;
  return line("signature", text) + line("states", "SHA-256 " + signature.stated_sha256);
}

std::string run_text(const RunResult& run, std::size_t width) {
  TextTable table(run_titles());
  for (const OutputSummary& output : run.outputs) {
    std::vector<std::string> cells = run_cells(output);
    if (output.set.empty()) cells.front() = "-";
    if (output.dtype.empty()) cells.resize(kRunColumnsOfValue);
    table.add_row(std::move(cells));
  }
  return table.render(0, width);
}

std::string styled(FindingStatus status) {
  const std::string text = name_of(status);
  if (status == FindingStatus::ok) return good(text);
  return status == FindingStatus::missing ? caution(text) : text;
}

std::string findings_text(const std::vector<Finding>& findings, std::size_t width) {
  TextTable table({"what", "status", "detail"});
  for (const Finding& finding : findings) {
    table.add_row({finding.name, styled(finding.status), finding.detail});
    if (!finding.hint.empty()) table.add_row({"", "", "to get it: " + finding.hint});
  }
  return table.render(0, width);
}

std::string warnings_text(const std::vector<Warning>& warnings, bool verbose) {
  std::string text;
  std::int64_t of_python = 0;
  for (const Warning& warning : warnings) {
    if (warning.code == WarningCode::python_warning && !verbose) {
      ++of_python;
    } else {
      text += line(caution("warning"), warning.text);
    }
  }
  if (of_python > 0)
    text += line("python", counted(of_python, "warning") + " of Python code or LibTorch (-v)");
  return text;
}

std::string styled_text(const Report& report, const TextOptions& options) {
  const std::size_t width = options.width;
  std::string text;
  if (report.inspect) text += text_from_summary(*report.inspect, options.sections, width);
  if (report.diff) text += text_from_diff(*report.diff, width, options.verbose);
  for (const GraphResult& graph : report.graphs) text += graph.text;
  std::string lines;
  if (report.bench) lines += bench_text(*report.bench, options);
  if (report.bench && options.verbose) lines += host_text(report.environment);
  const bool written = report.artifact && report.artifact->status == ArtifactStatus::written;
  if (report.capture) {
    lines += written && !options.verbose ? capture_summary(*report.capture)
                                         : capture_text(*report.capture, options.verbose, width);
  }
  lines += passes_text(report.passes, options.verbose) + packed_text(report.packed_layers) +
           heap_text(report.keeps_heap) + verifications_text(report, options.verbose);
  if (report.bisect) lines += bisect_text(*report.bisect);
  lines += suggestions_text(report.suggestions);
  if (report.signature) lines += signature_text(*report.signature);
  if (report.run) lines += run_text(*report.run, width);
  if (!report.checks.empty()) lines += findings_text(report.checks, width);
  if (report.doctor) {
    lines += "\n" + findings_text(report.doctor->levers, width);
    if (!report.doctor->devices.empty())
      lines += "\n" + findings_text(report.doctor->devices, width);
  }
  // The result line names a file that was written.
  if (report.artifact && (!written || options.verbose)) lines += artifact_text(*report.artifact);
  if (options.verbose) lines += memory_text(report.steps);
  return text + fitted(lines + warnings_text(report.warnings, options.verbose), width);
}

}  // namespace

std::string text_from_report(const Report& report, const TextOptions& options) {
  const std::string text = styled_text(report, options);
  return options.colour ? text : plain(text);
}

}  // namespace tsctl
