#include "tsctl/report/export/csv.h"

#include <array>
#include <set>
#include <string>
#include <vector>

#include "tsctl/core/report.h"
#include "tsctl/report/json/json_convert.h"

namespace tsctl {

namespace {

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + "\"";
}

std::string cell(const json::Json& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return quoted(value.get<std::string>());
  return quoted(value.dump());
}

// Rows are flat JSON objects with the keys `columns`; nested values are written as JSON in one cell.
std::string table(const std::vector<std::string>& columns, const std::vector<json::Json>& rows) {
  std::string text;
  for (const std::string& column : columns) text += (text.empty() ? "" : ",") + column;
  text += "\r\n";
  for (const json::Json& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < columns.size(); ++i)
      line += (i > 0 ? "," : "") + cell(row.value(columns[i], json::Json()));
    text += line + "\r\n";
  }
  return text;
}

// The columns are the keys of the first row, which all rows have. Empty if there are no rows.
std::string table(const std::vector<json::Json>& rows) {
  if (rows.empty()) return {};
  std::vector<std::string> columns;
  for (const auto& [key, value] : rows.front().items()) columns.push_back(key);
  return table(columns, rows);
}

// Readers may find columns by position: keep this order and append new columns.
constexpr std::array kBenchColumns{"label",
                                   "kind",
                                   "outputs",
                                   "speed",
                                   "median_s",
                                   "p99_s",
                                   "p99_s_reason",
                                   "mean_s",
                                   "min_s",
                                   "spread",
                                   "throughput_per_s",
                                   "throughput_unit",
                                   "total_time_s",
                                   "time_per_iteration_ms",
                                   "throughput",
                                   "samples",
                                   "launches",
                                   "first_call_s",
                                   "second_call_s",
                                   "third_call_s",
                                   "steady_at_call",
                                   "load_s",
                                   "max_abs",
                                   "peak_memory_bytes",
                                   "page_faults_per_call",
                                   "page_faults_low",
                                   "page_faults_high",
                                   "percentiles",
                                   "warm_up",
                                   "warm_up_s",
                                   "loop",
                                   "threads",
                                   "executor",
                                   "allocator",
                                   "speedup",
                                   "speedup_low",
                                   "speedup_high"};
// Lists that only a plot can use are too long for a cell.
constexpr std::array kNoColumns{"quantiles_s", "blocks"};

std::string bench_table(const BenchResult& bench) {
  std::vector<json::Json> rows;
  for (std::size_t i = 0; i < bench.arms.size(); ++i) {
    json::Json row = json::to_json(bench.arms[i]);
    const PairResult pair = i > 0 && i <= bench.pairs.size() ? bench.pairs[i - 1] : PairResult{};
    row["speedup"] = json::to_json(pair.speedup);
    row["speedup_low"] = json::to_json(pair.speedup_low);
    row["speedup_high"] = json::to_json(pair.speedup_high);
    rows.push_back(row);
  }
  if (rows.empty()) return {};
  std::vector<std::string> columns(kBenchColumns.begin(), kBenchColumns.end());
  std::set<std::string> placed(kNoColumns.begin(), kNoColumns.end());
  placed.insert(kBenchColumns.begin(), kBenchColumns.end());
  for (const auto& [key, value] : rows.front().items()) {
    if (!placed.contains(key)) columns.push_back(key);
  }
  return table(columns, rows);
}

std::vector<json::Json> verify_rows(const std::vector<VerifyResult>& results) {
  std::vector<json::Json> rows;
  for (const VerifyResult& result : results) {
    for (const CallComparison& call : result.calls) {
      for (const OutputComparison& output : call.outputs) {
        json::Json row = {{"reference", result.reference},
                          {"candidate", result.candidate},
                          {"set", call.set},
                          {"call", call.call}};
        row.update(json::to_json(output));
        rows.push_back(row);
      }
    }
  }
  return rows;
}

template <typename T>
std::vector<json::Json> rows_of(const std::vector<T>& items) {
  std::vector<json::Json> rows;
  for (const T& item : items) rows.push_back(json::to_json(item));
  return rows;
}

// Every tensor of a file, with those that became constants.
std::vector<json::Json> inspect_rows(const ModelSummary& summary) {
  std::vector<json::Json> rows = rows_of(summary.tensors);
  for (json::Json& row : rows_of(summary.constants)) rows.push_back(std::move(row));
  return rows;
}

// One list of all differences; `part` names the list of the report. Two equal files result in the heading only.
std::string diff_table(const DiffResult& diff) {
  std::vector<json::Json> rows;
  const auto add = [&rows](const std::string& part, const auto& changes) {
    for (json::Json& row : rows_of(changes)) {
      row["part"] = part;
      rows.push_back(std::move(row));
    }
  };
  add("tensors", diff.tensors);
  add("constants", diff.constants);
  add("methods", diff.methods);
  add("ops", diff.ops);
  add("attributes", diff.attributes);
  add("extra_files", diff.extra_files);
  return table(
      {"part", "name", "kind", "method", "change", "before", "after", "changed_elements", "count"},
      rows);
}

}  // namespace

std::string csv_from_report(const Report& report) {
  if (report.bench) return bench_table(*report.bench);
  if (!report.verify.empty()) return table(verify_rows(report.verify));
  if (report.run) return table(rows_of(report.run->outputs));
  if (!report.passes.empty()) return table(rows_of(report.passes));
  if (!report.checks.empty()) return table(rows_of(report.checks));
  if (report.inspect) return table(inspect_rows(*report.inspect));
  if (report.diff) return diff_table(*report.diff);
  return {};
}

}  // namespace tsctl
