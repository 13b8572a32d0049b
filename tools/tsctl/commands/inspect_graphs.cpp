#include "commands/inspect_graphs.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "session/report_input.h"
#include "steps/graphviz.h"
#include "tsctl/files/output_file.h"
#include "tsctl/report/export/dot.h"
#include "tsctl/report/export/model_explorer.h"
#include "tsctl/report/json/document.h"
#include "tsctl/report/text/text_lines.h"

namespace tsctl {

namespace {

const MethodGraph& graph_of(const ModelSummary& summary, const std::string& method) {
  const auto found = std::ranges::find(summary.method_graphs, method, &MethodGraph::method);
  if (found != summary.method_graphs.end()) return *found;
  std::vector<std::string> names;
  for (const MethodGraph& graph : summary.method_graphs) names.push_back(graph.method);
  throw Error(
      ErrorKind::usage, fmt::format("the model has no method '{}'", method),
      names.empty() ? "its code has no method at all" : "the methods are " + joined(names, ", "));
}

std::string file_name(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

// The profile of the arm that ran the file, by the name of the file, or the only one.
ProfileResult profile_from(const std::string& path, const std::string& model) {
  const ReportInput input = read_report_input(path);
  const Report report = report_from_document(input.text, input.name);
  const std::vector<ProfileResult> profiles =
      report.bench ? report.bench->profiles : std::vector<ProfileResult>();
  if (profiles.empty()) {
    throw Error(ErrorKind::usage, fmt::format("the report '{}' has no profile (--timings)", path),
                fmt::format("make one: tsctl bench {} --profile --json {}", model, path));
  }
  if (profiles.size() == 1) return profiles.front();
  for (const ArmResult& arm : report.bench->arms) {
    if (file_name(arm.path) != file_name(model)) continue;
    const auto found = std::ranges::find(profiles, arm.label, &ProfileResult::arm);
    if (found != profiles.end()) return *found;
  }
  throw Error(ErrorKind::usage,
              fmt::format("no profile of the report '{}' is of a file '{}' (--timings)", path,
                          file_name(model)),
              fmt::format("make one: tsctl bench {} --profile --json {}", model, path));
}

}  // namespace

std::vector<std::pair<std::string, std::string>> GraphFiles::written() const {
  return {{"--dot", dot == "-" ? std::string() : dot},
          {"--svg", svg},
          {"--model-explorer", model_explorer}};
}

void require_fit(const GraphFiles& files, const ReportOptions& report) {
  if (!files.timings.empty() && files.model_explorer.empty()) {
    throw Error(ErrorKind::usage, "--timings needs --model-explorer",
                "add --model-explorer FILE, or leave out --timings");
  }
  ReportOptions others = report;
  others.prints_other_document = false;
  if (files.dot == "-" && prints_document(others)) {
    throw Error(ErrorKind::usage, "--dot - and a report cannot both use standard output",
                "write one of them to a file");
  }
}

void write_graphs(CommandSession& session, const ModelSummary& summary, const std::string& method,
                  const GraphFiles& files) {
  if (!files.dot.empty() || !files.svg.empty()) {
    const MethodGraph& graph = graph_of(summary, method);
    const std::string dot = dot_from_graph(graph);
    if (!files.dot.empty())
      write_text_file(files.dot == "-" ? "/dev/stdout" : files.dot, dot, "--dot");
    if (!files.svg.empty()) write_text_file(files.svg, svg_from_dot(session, dot), "--svg");
  }
  if (!files.model_explorer.empty()) {
    std::optional<ProfileResult> profile;
    if (!files.timings.empty()) profile = profile_from(files.timings, summary.path);
    write_text_file(files.model_explorer,
                    model_explorer_from_summary(summary, profile ? &*profile : nullptr),
                    "--model-explorer");
  }
  for (const MethodGraph& graph : summary.method_graphs) {
    if (graph.incomplete.empty()) continue;
    session.warn({WarningCode::calls_not_followed, fmt::format("the graph of {} is incomplete: {}",
                                                               graph.method, graph.incomplete)});
  }
}

}  // namespace tsctl
