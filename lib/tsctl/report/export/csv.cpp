#include "tsctl/report/export/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tsctl/core/base/error.h"
#include "tsctl/report/export/csv_line.h"
#include "tsctl/report/export/csv_row.h"
#include "tsctl/report/export/export_json.h"

namespace tsctl {

namespace {

using Rows = std::vector<CsvRow>;

// The columns of all rows, each at the place where a row has it first.
std::vector<std::string> columns_of(const Rows& rows) {
  std::vector<std::string> columns;
  std::set<std::string> known;
  for (const CsvRow& row : rows) {
    for (const auto& [column, cell] : row.cells()) {
      if (known.insert(column).second) columns.push_back(column);
    }
  }
  return columns;
}

std::string table_text(const Rows& rows) {
  const std::vector<std::string> columns = columns_of(rows);
  std::string text = csv_line(columns);
  for (const CsvRow& row : rows) {
    std::vector<std::string> cells;
    for (const std::string& column : columns) cells.push_back(row.cell(column));
    text += csv_line(cells);
  }
  return text;
}

// What every row of a report says about the run.
void add_run(CsvRow& row, const Report& report) {
  row.add("model", report.model.path);
  row.add("model_sha256", report.model.sha256);
  row.add("time", report.time);
  row.add("exit_code", report.exit_code);
  row.add("host_name", report.environment.host_name);
  row.add("cpu", report.environment.cpu);
  row.add("tsctl_version", report.tool.version);
  row.add("torch_version", report.environment.torch_version);
  for (const auto& [key, value] : report.tags) row.add("tag_" + key, value);
}

// Lists that only a plot can use, and members that have columns of other names.
constexpr std::array kNoColumns{"path",      "sha256",      "percentiles",
                                "warm_up_s", "quantiles_s", "blocks"};

void add_pair(CsvRow& row, const PairResult& pair) {
  row.add("speedup", pair.speedup);
  row.add("speedup_low", pair.speedup_low);
  row.add("speedup_high", pair.speedup_high);
  row.add("speedup_reason", pair.speedup_reason);
  row.add("gate", pair.gate);
  row.add("gate_limit", pair.gate_limit);
  row.add("rounds", pair.pairs);
}

void add_percentile(CsvRow& row, const PercentileResult& percentile) {
  const std::string name = fmt::format("p{:g}", percentile.p * 100);
  row.add(name + "_s", percentile.value_s);
  row.add(name + "_low_s", percentile.low_s);
  row.add(name + "_high_s", percentile.high_s);
}

CsvRow arm_row(const ArmResult& arm, const Report& report) {
  const BenchResult& bench = *report.bench;
  const PairResult* pair = pair_of(bench, arm.label);
  CsvRow row;
  row.add("label", arm.label);
  row.add("model", model_of(arm, report));
  row.add("model_sha256", arm.sha256);
  row.add("kind", arm.kind);
  row.add("outputs", arm.outputs);
  row.add("speed", arm.speed);
  add_pair(row, pair != nullptr ? *pair : PairResult{});
  row.add_fields(arm, kNoColumns);
  for (const PercentileResult& percentile : arm.percentiles) add_percentile(row, percentile);
  row.add("input_set", bench.input_set);
  row.add("device", bench.device);
  return row;
}

Rows bench_rows(const Report& report) {
  Rows rows;
  for (const ArmResult& arm : report.bench->arms) rows.push_back(arm_row(arm, report));
  return rows;
}

CsvRow output_row(const OutputComparison& output, const CallComparison& call,
                  const VerifyResult& result) {
  CsvRow row;
  row.add("reference", result.reference);
  row.add("candidate", result.candidate);
  row.add("set", call.set);
  row.add("call", call.call);
  row.add("kernel", call.kernel);
  row.add_fields(output);
  return row;
}

Rows verify_rows(const Report& report) {
  Rows rows;
  for (const VerifyResult& result : report.verify) {
    for (const CallComparison& call : result.calls) {
      for (const OutputComparison& output : call.outputs)
        rows.push_back(output_row(output, call, result));
    }
  }
  return rows;
}

template <typename T>
Rows rows_of(const std::vector<T>& items) {
  Rows rows;
  for (const T& item : items) rows.emplace_back().add_fields(item);
  return rows;
}

Rows run_rows(const Report& report) { return rows_of(report.run->outputs); }
Rows pass_rows(const Report& report) { return rows_of(report.passes); }
Rows check_rows(const Report& report) { return rows_of(report.checks); }

// Every tensor of a file, with those that became constants.
Rows inspect_rows(const Report& report) {
  Rows rows = rows_of(report.inspect->tensors);
  for (CsvRow& row : rows_of(report.inspect->constants)) rows.push_back(std::move(row));
  return rows;
}

constexpr std::array kDiffColumns{"part",
                                  "name",
                                  "kind",
                                  "method",
                                  "change",
                                  "before",
                                  "after",
                                  "changed_elements",
                                  "count",
                                  "max_abs",
                                  "max_abs_to_peak",
                                  "nonfinite",
                                  "module"};

template <typename Change>
void add_changes(Rows& rows, const std::string& part, const std::vector<Change>& changes) {
  for (const Change& change : changes) {
    CsvRow row;
    row.add("part", part);
    row.add_fields(change);
    rows.push_back(row.with_columns(kDiffColumns));
  }
}

// One list of all differences; `part` names the list of the report.
Rows diff_rows(const Report& report) {
  const DiffResult& diff = *report.diff;
  Rows rows;
  add_changes(rows, "tensors", diff.tensors);
  add_changes(rows, "constants", diff.constants);
  add_changes(rows, "methods", diff.methods);
  add_changes(rows, "ops", diff.ops);
  add_changes(rows, "structure", diff.structure);
  add_changes(rows, "attributes", diff.attributes);
  add_changes(rows, "extra_files", diff.extra_files);
  return rows;
}

// A part of the report that has a table.
struct Part {
  const char* name;
  bool (*is_in)(const Report& report);
  Rows (*rows)(const Report& report);
  std::span<const char* const> heading = {};  // of a table without rows
};

constexpr std::array kParts{
    Part{"bench", [](const Report& report) { return report.bench.has_value(); }, &bench_rows},
    Part{"verify", [](const Report& report) { return !report.verify.empty(); }, &verify_rows},
    Part{"run", [](const Report& report) { return report.run.has_value(); }, &run_rows},
    Part{"passes", [](const Report& report) { return !report.passes.empty(); }, &pass_rows},
    Part{"checks", [](const Report& report) { return !report.checks.empty(); }, &check_rows},
    Part{"inspect", [](const Report& report) { return report.inspect.has_value(); }, &inspect_rows},
    Part{"diff", [](const Report& report) { return report.diff.has_value(); }, &diff_rows,
         kDiffColumns},
};

const Part* part_of(const Report& report) {
  const auto part =
      std::ranges::find_if(kParts, [&](const Part& known) { return known.is_in(report); });
  return part == kParts.end() ? nullptr : &*part;
}

// The part of every report that has a table; nullptr if none has one. Throws Error{usage} for different parts.
const Part* common_part(const Reports& reports) {
  const Part* common = nullptr;
  for (const Report& report : reports) {
    const Part* part = part_of(report);
    if (part == nullptr || part == common) continue;
    if (common != nullptr) {
      throw Error(ErrorKind::usage,
                  fmt::format("the reports have different tables ({} and {}), which do not fit "
                              "into one CSV file",
                              common->name, part->name),
                  "give reports of the same command");
    }
    common = part;
  }
  return common;
}

Rows rows_of(const Part& part, const Reports& reports) {
  Rows rows;
  for (const Report& report : reports) {
    if (!part.is_in(report)) continue;
    for (CsvRow& row : part.rows(report)) {
      add_run(row, report);
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

}  // namespace

std::string csv_from_report(const Reports& reports) {
  const Part* part = common_part(reports);
  if (part == nullptr) return {};
  const Rows rows = rows_of(*part, reports);
  if (!rows.empty()) return table_text(rows);
  if (part->heading.empty()) return {};
  CsvRow row = CsvRow().with_columns(part->heading);
  add_run(row, reports.front());
  return csv_line(columns_of({row}));
}

}  // namespace tsctl
