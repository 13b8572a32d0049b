#include "tsctl/report/csv.h"

#include <vector>

#include "tsctl/report/json_convert.h"

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

// Rows are flat JSON objects with equal keys; nested values are written as JSON in one cell.
std::string table(const std::vector<json::Json>& rows) {
  std::string text;
  if (rows.empty()) return text;
  std::string separator;
  for (const auto& [key, value] : rows.front().items()) {
    text += separator + key;
    separator = ",";
  }
  text += "\r\n";
  for (const json::Json& row : rows) {
    separator.clear();
    for (const auto& [key, value] : row.items()) {
      text += separator + cell(value);
      separator = ",";
    }
    text += "\r\n";
  }
  return text;
}

std::vector<json::Json> bench_rows(const BenchResult& bench) {
  std::vector<json::Json> rows;
  for (std::size_t i = 0; i < bench.arms.size(); ++i) {
    json::Json row = json::to_json(bench.arms[i]);
    const PairResult pair = i > 0 && i <= bench.pairs.size() ? bench.pairs[i - 1] : PairResult{};
    row["speedup"] = json::to_json(pair.speedup);
    row["speedup_low"] = json::to_json(pair.speedup_low);
    row["speedup_high"] = json::to_json(pair.speedup_high);
    rows.push_back(row);
  }
  return rows;
}

std::vector<json::Json> verify_rows(const std::vector<VerifyResult>& results) {
  std::vector<json::Json> rows;
  for (const VerifyResult& result : results) {
    for (const CallComparison& call : result.calls) {
      for (const OutputComparison& output : call.outputs) {
        json::Json row = {{"reference", result.reference}, {"candidate", result.candidate}, {"set", call.set},
                          {"call", call.call}};
        row.update(json::to_json(output));
        rows.push_back(row);
      }
    }
  }
  return rows;
}

}  // namespace

std::string csv_from_report(const Report& report) {
  if (report.bench) return table(bench_rows(*report.bench));
  if (!report.verify.empty()) return table(verify_rows(report.verify));
  std::vector<json::Json> rows;
  if (report.run) {
    for (const OutputSummary& output : report.run->outputs) rows.push_back(json::to_json(output));
  }
  return table(rows);
}

}  // namespace tsctl
