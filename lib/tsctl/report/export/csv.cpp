#include "tsctl/report/export/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tsctl/core/base/error.h"
#include "tsctl/report/export/csv_line.h"
#include "tsctl/report/export/csv_row.h"
#include "tsctl/report/export/export_json.h"

namespace tsctl {

namespace {

// The columns are those of all rows, each at the place where a row has it first.
std::string text_of(const std::vector<CsvRow>& rows) {
  std::vector<std::string> columns;
  std::set<std::string> known;
  for (const CsvRow& row : rows) {
    for (const auto& [column, cell] : row.cells()) {
      if (known.insert(column).second) columns.push_back(column);
    }
  }
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

CsvRow arm_row(const ArmResult& arm, const Report& report) {
  const BenchResult& bench = *report.bench;
  const PairResult* found = pair_of(bench, arm.label);
  const PairResult pair = found != nullptr ? *found : PairResult{};
  CsvRow row;
  row.add("label", arm.label);
  row.add("model", model_of(arm, report));
  row.add("model_sha256", arm.sha256);
  row.add("kind", arm.kind);
  row.add("outputs", arm.outputs);
  row.add("speed", arm.speed);
  row.add("speedup", pair.speedup);
  row.add("speedup_low", pair.speedup_low);
  row.add("speedup_high", pair.speedup_high);
  row.add("speedup_reason", pair.speedup_reason);
  row.add("gate", pair.gate);
  row.add("gate_limit", pair.gate_limit);
  row.add("rounds", pair.pairs);
  row.add_fields(arm, kNoColumns);
  for (const PercentileResult& one : arm.percentiles) {
    const std::string name = fmt::format("p{:g}", one.p * 100);
    row.add(name + "_s", one.value_s);
    row.add(name + "_low_s", one.low_s);
    row.add(name + "_high_s", one.high_s);
  }
  row.add("input_set", bench.input_set);
  row.add("device", bench.device);
  return row;
}

using Rows = std::vector<CsvRow>;

Rows bench_rows(const Report& report) {
  Rows rows;
  for (const ArmResult& arm : report.bench->arms) rows.push_back(arm_row(arm, report));
  return rows;
}

Rows verify_rows(const Report& report) {
  Rows rows;
  for (const VerifyResult& result : report.verify) {
    for (const CallComparison& call : result.calls) {
      for (const OutputComparison& output : call.outputs) {
        CsvRow& row = rows.emplace_back();
        row.add("reference", result.reference);
        row.add("candidate", result.candidate);
        row.add("set", call.set);
        row.add("call", call.call);
        row.add_fields(output);
      }
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

// One list of all differences; `part` names the list of the report.
Rows diff_rows(const Report& report) {
  Rows rows;
  const auto add = [&rows](const std::string& part, const auto& changes) {
    for (const auto& change : changes) {
      CsvRow fields;
      fields.add("part", part);
      fields.add_fields(change);
      CsvRow& row = rows.emplace_back();
      for (const char* column : kDiffColumns) row.add(column, fields.cell(column));
    }
  };
  const DiffResult& diff = *report.diff;
  add("tensors", diff.tensors);
  add("constants", diff.constants);
  add("methods", diff.methods);
  add("ops", diff.ops);
  add("structure", diff.structure);
  add("attributes", diff.attributes);
  add("extra_files", diff.extra_files);
  return rows;
}

// A part of the report that has a table.
struct Part {
  const char* name;
  bool (*is_in)(const Report& report);
  Rows (*rows)(const Report& report);
};

constexpr std::array kParts{
    Part{"bench", [](const Report& report) { return report.bench.has_value(); }, &bench_rows},
    Part{"verify", [](const Report& report) { return !report.verify.empty(); }, &verify_rows},
    Part{"run", [](const Report& report) { return report.run.has_value(); }, &run_rows},
    Part{"passes", [](const Report& report) { return !report.passes.empty(); }, &pass_rows},
    Part{"checks", [](const Report& report) { return !report.checks.empty(); }, &check_rows},
    Part{"inspect", [](const Report& report) { return report.inspect.has_value(); }, &inspect_rows},
    Part{"diff", [](const Report& report) { return report.diff.has_value(); }, &diff_rows},
};

const Part* part_of(const Report& report) {
  const auto part =
      std::ranges::find_if(kParts, [&](const Part& known) { return known.is_in(report); });
  return part == kParts.end() ? nullptr : &*part;
}

}  // namespace

std::string csv_from_report(const Reports& reports) {
  const Part* common = nullptr;
  Rows rows;
  for (const Report& report : reports) {
    const Part* part = part_of(report);
    if (part == nullptr) continue;
    if (common != nullptr && part != common) {
      throw Error(ErrorKind::usage,
                  fmt::format("the reports have different tables ({} and {}), which do not fit "
                              "into one CSV file",
                              common->name, part->name),
                  "give reports of the same command");
    }
    common = part;
    for (CsvRow& row : part->rows(report)) {
      add_run(row, report);
      rows.push_back(std::move(row));
    }
  }
  // Two equal files result in the heading only.
  if (rows.empty() && common != nullptr && std::string(common->name) == "diff")
    return csv_line(std::vector<std::string>(kDiffColumns.begin(), kDiffColumns.end()));
  return rows.empty() ? std::string() : text_of(rows);
}

}  // namespace tsctl
