#include "tsctl/report/export/markdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tsctl/core/base/text.h"
#include "tsctl/core/base/units.h"
#include "tsctl/core/rtol_text.h"
#include "tsctl/report/export/export_json.h"
#include "tsctl/report/text/bench_text.h"
#include "tsctl/report/text/load_text.h"
#include "tsctl/report/text/result_line.h"
#include "tsctl/report/text/run_columns.h"
#include "tsctl/report/text/style.h"
#include "tsctl/report/text/text_lines.h"
#include "tsctl/report/text/verify_text.h"

namespace tsctl {

namespace {

constexpr std::size_t kMostRows = 30;  // of a table that may be long
constexpr std::size_t kDigestShown = 12;

// Text that Markdown shows as it is, also in a cell of a table.
std::string verbatim(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\n' || c == '\r') {
      result += ' ';
    } else if (c == '<') {
      result += "&lt;";
    } else {
      if (std::string_view("\\`*_[]|~#").find(c) != std::string_view::npos) result += '\\';
      result += c;
    }
  }
  return result;
}

// A name as code. A backtick would end the code, so such a name is plain text.
std::string code(const std::string& name) {
  if (name.empty() || name.find_first_of("`\r\n") != std::string::npos) return verbatim(name);
  std::string result = "`";
  for (const char c : name) {
    if (c == '|') result += '\\';
    result += c;
  }
  return result + "`";
}

// A table of finished cells. A heading that starts with ">" aligns its column to the right.
class Table {
 public:
  explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}

  void add_row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  std::string text() const {
    if (rows_.empty()) return {};
    std::vector<std::string> titles;
    std::vector<std::string> rules;
    for (const std::string& heading : headings_) {
      const bool right = heading.starts_with('>');
      titles.push_back(right ? heading.substr(1) : heading);
      rules.emplace_back(right ? "--:" : "---");
    }
    std::string result = line_of(titles) + line_of(rules);
    for (std::size_t i = 0; i < rows_.size() && i < kMostRows; ++i) result += line_of(rows_[i]);
    if (rows_.size() > kMostRows)
      result += fmt::format("\n{} more rows are not shown.\n", rows_.size() - kMostRows);
    return result + "\n";
  }

 private:
  static std::string line_of(const std::vector<std::string>& cells) {
    return "| " + joined(cells, " | ") + " |\n";
  }

  std::vector<std::string> headings_;
  std::vector<std::vector<std::string>> rows_ = {};
};

std::string speedup_of(const PairResult* pair) {
  if (pair == nullptr) return "1.00";
  return ratio_interval_text(pair->speedup, pair->speedup_low, pair->speedup_high);
}

std::string speeds_of(const BenchResult& bench) {
  if (bench.arms.empty()) return {};
  Table table({"arm", ">speedup over " + code(bench.arms.front().label), "speed", "outputs",
               ">median", ">p99", ">throughput", ">page faults/call", ">memory"});
  for (const ArmResult& arm : bench.arms) {
    table.add_row({code(arm.label), speedup_of(pair_of(bench, arm.label)),
                   arm.speed ? name_of(*arm.speed) : "withheld", name_of(arm.outputs),
                   seconds_text(arm.median_s), seconds_text(arm.p99_s), throughput_text(arm),
                   rate_text(arm.page_faults_per_call), bytes_text(arm.peak_memory_bytes)});
  }
  return table.text();
}

std::string gates_of(const BenchResult& bench) {
  std::string text;
  for (const PairResult& pair : bench.pairs) {
    if (!pair.gate) continue;
    text +=
        fmt::format("- gate **{}**: {}\n", name_of(*pair.gate), gate_text(pair, code, verbatim));
  }
  return text.empty() ? "" : text + "\n";
}

std::string measured_of(const BenchResult& bench) {
  if (bench.arms.empty()) return {};
  return fmt::format("{} launches of each arm on {}, {} threads{}{}, {} of measuring{}.\n\n",
                     bench.arms.front().launches, verbatim(bench.device), bench.threads,
                     bench.input_set.empty() ? "" : ", at " + code(bench.input_set),
                     bench.load.plain() ? "" : ", " + loop_text(bench.load),
                     seconds_text(bench.measured_s), bench.partial ? ", ended early" : "");
}

std::string comparisons_of(const std::vector<VerifyResult>& results) {
  Table table({"candidate", "reference", "outputs", ">max difference", ">passes at rtol"});
  for (const VerifyResult& result : results) {
    table.add_row({code(result.candidate), code(result.reference), name_of(result.status),
                   max_difference_text(result), rtol_text(result.would_pass_rtol)});
  }
  return table.text();
}

std::string outputs_of(const RunResult& run) {
  Table table(run_titles());
  for (const OutputSummary& output : run.outputs) {
    std::vector<std::string> cells = run_cells(output);
    for (std::string& name : std::span(cells).first(2)) name = code(name);
    for (std::string& cell : std::span(cells).subspan(2)) cell = verbatim(cell);
    table.add_row(std::move(cells));
  }
  return table.text();
}

std::string checks_of(const std::vector<Finding>& checks) {
  Table table({"what", "status", "detail"});
  for (const Finding& check : checks)
    table.add_row({verbatim(check.name), name_of(check.status), verbatim(check.detail)});
  return table.text();
}

std::string passes_of(const std::vector<PassRecord>& passes) {
  Table table({"pass", "method", ">nodes before", ">nodes after"});
  for (const PassRecord& pass : passes) {
    if (pass.status == PassStatus::unchanged) continue;
    table.add_row({code(pass.pass), code(pass.method), std::to_string(pass.nodes_before),
                   std::to_string(pass.nodes_after)});
  }
  return table.text();
}

std::string summary_of(const ModelSummary& summary) {
  Table table({"what", ">value"});
  table.add_row({"class", code(summary.class_name)});
  table.add_row({"size", bytes_text(summary.size_bytes)});
  table.add_row({"frozen", summary.frozen ? "yes" : "no"});
  table.add_row({"parameters", std::to_string(summary.parameter_count)});
  table.add_row({"constants", std::to_string(summary.constant_count)});
  table.add_row({"records", std::to_string(summary.records.size())});
  return table.text();
}

std::string differences_of(const DiffResult& diff) {
  Table table({"part", "name", "before", "after"});
  const auto add = [&table](const std::string& part, const auto& changes) {
    for (const auto& change : changes)
      table.add_row({part, code(change.name), code(change.before), code(change.after)});
  };
  add("tensor", diff.tensors);
  add("constant", diff.constants);
  add("method", diff.methods);
  for (const OpChange& op : diff.ops) {
    table.add_row({"operator in " + code(op.method), code(op.name), std::to_string(op.before),
                   std::to_string(op.after)});
  }
  add("attribute", diff.attributes);
  add("extra file", diff.extra_files);
  std::string notes;
  for (const std::string& note : diff.notes) notes += "- " + verbatim(note) + "\n";
  return notes + (notes.empty() ? "" : "\n") + table.text();
}

std::string artifact_of(const ArtifactInfo& artifact) {
  if (artifact.status == ArtifactStatus::not_written)
    return fmt::format("File: none, {}.\n\n", verbatim(artifact.reason));
  return fmt::format("File: {}, {}, SHA-256 {}…\n\n", code(artifact.path),
                     bytes_text(artifact.size_bytes),
                     code(artifact.sha256.substr(0, kDigestShown)));
}

// Every warning once, also where several steps found it.
std::string warnings_of(const std::vector<Warning>& warnings) {
  std::string text;
  for (const Warning& warning : warnings) text += "- warning: " + verbatim(warning.text) + "\n";
  return text.empty() ? "" : text + "\n";
}

// "### tsctl convert `cnn.py:SimpleCNN`: check failed"
std::string heading_of(const Report& report) {
  const std::string command = report.command.size() > 1 ? " " + report.command[1] : "";
  const std::string model = report.model.path.empty() ? "" : " " + code(report.model.path);
  return fmt::format("### tsctl{}{}: {}\n\n", verbatim(command), model,
                     verbatim(name_of(report.status)));
}

std::string run_of(const Report& report) {
  const Environment& host = report.environment;
  std::vector<std::string> facts;
  for (const std::string& fact : {report.time, host.host_name, host.cpu}) {
    if (!fact.empty()) facts.push_back(verbatim(fact));
  }
  if (!host.torch_version.empty()) facts.push_back("torch " + verbatim(host.torch_version));
  facts.push_back("tsctl " + verbatim(report.tool.version));
  for (const auto& [key, value] : report.tags)
    facts.push_back(verbatim(fmt::format("{} {}", key, value)));
  return "<sub>" + joined(facts, ", ") + "</sub>\n";
}

// The last line of the command, with what made it fail if that line does not say it.
std::string result_of(const Report& report) {
  const std::string line = plain(result_line(report));
  const std::size_t word_end = std::min(line.find(' '), line.size());
  const std::string rest(trimmed(std::string_view(line).substr(word_end)));
  std::string text = fmt::format("**{}** {}\n\n", line.substr(0, word_end), verbatim(rest));
  if (report.error && line.find(report.error->message) == std::string::npos)
    text += verbatim(report.error->message) + "\n\n";
  return text;
}

std::string section_of(const Report& report) {
  std::string text = heading_of(report) + result_of(report);
  if (report.bench) text += speeds_of(*report.bench) + gates_of(*report.bench);
  text += comparisons_of(report.verify);
  if (report.inspect) text += summary_of(*report.inspect);
  if (report.diff) text += differences_of(*report.diff);
  if (report.run) text += outputs_of(*report.run);
  text += passes_of(report.passes) + checks_of(report.checks);
  if (report.artifact) text += artifact_of(*report.artifact);
  if (report.bench) text += measured_of(*report.bench);
  return text + warnings_of(report.warnings) + run_of(report);
}

}  // namespace

std::string markdown_from_report(const Reports& reports) {
  std::string text;
  for (const Report& report : reports) text += (text.empty() ? "" : "\n") + section_of(report);
  return text;
}

}  // namespace tsctl
