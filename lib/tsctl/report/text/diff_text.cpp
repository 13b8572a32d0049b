#include "tsctl/report/text/diff_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "tsctl/core/base/units.h"
#include "tsctl/report/text/inspect_text.h"
#include "tsctl/report/text/style.h"
#include "tsctl/report/text/text_table.h"

namespace tsctl {

namespace {

constexpr std::size_t kDiffIndent = 2;

// How much is listed; the document has all.
struct Listing {
  std::size_t width = 0;
  std::size_t rows = 40;   // of each list
  std::size_t lines = 20;  // of each extra file
};

std::string rest_text(std::size_t count) {
  return fmt::format("  and {} more, which -v and --json list\n", count);
}

template <typename Row, typename AddRow>
std::string listed(const std::string& title, const std::vector<Row>& rows, TextTable table,
                   const Listing& listing, const AddRow& add_row) {
  if (rows.empty()) return {};
  const std::size_t shown = std::min(rows.size(), listing.rows);
  for (std::size_t i = 0; i < shown; ++i) add_row(table, rows[i]);
  std::string text = fmt::format("\n{}\n{}", title, table.render(kDiffIndent, listing.width));
  if (shown < rows.size()) text += rest_text(rows.size() - shown);
  return text;
}

std::string side_text(const char* name, const DiffSide& side) {
  const std::string weights =
      side.frozen ? "frozen, " + count_text(side.constant_count) + " values in constants"
                  : "not frozen, " + count_text(side.parameter_count) + " values in parameters";
  return fmt::format("{}  {} ({}, {}, {})\n", name, side.path, side.class_name,
                     bytes_text(side.size_bytes), weights);
}

std::string tensors_text(const std::string& title, const std::vector<TensorChange>& rows,
                         const Listing& listing) {
  return listed(
      title, rows, TextTable({"name", "kind", "change", "in a", "in b"}), listing,
      [](TextTable& table, const TensorChange& row) {
        table.add_row({row.name, name_of(row.kind), change_text(row), row.before, row.after});
      });
}

std::string texts_text(const std::string& title, const std::vector<TextChange>& rows,
                       const Listing& listing) {
  return listed(title, rows, TextTable({"name", "change", "in a", "in b"}), listing,
                [](TextTable& table, const TextChange& row) {
                  table.add_row({row.name, name_of(row.change), shortened_text(row.before),
                                 shortened_text(row.after)});
                });
}

// Signatures are too long for columns.
std::string methods_text(const std::vector<TextChange>& rows) {
  if (rows.empty()) return {};
  std::string text = "\nmethods\n";
  for (const TextChange& row : rows) {
    if (!row.before.empty()) text += fmt::format("  - {}\n", row.before);
    if (!row.after.empty()) text += fmt::format("  + {}\n", row.after);
  }
  return text;
}

std::string structure_text(const std::vector<StructureChange>& rows, const Listing& listing) {
  return listed("structure (calls in the order of the code)", rows,
                TextTable({"method", "module", "in a", "in b", "line"}), listing,
                [](TextTable& table, const StructureChange& row) {
                  const std::string& place =
                      row.place_after.empty() ? row.place_before : row.place_after;
                  table.add_row({row.method, row.module.empty() ? "-" : row.module,
                                 shortened_text(row.before), shortened_text(row.after), place});
                });
}

// The changed lines of the extra files that are text.
std::string lines_text(const std::vector<TextChange>& files, const Listing& listing) {
  std::string text;
  for (const TextChange& file : files) {
    if (file.lines.empty()) continue;
    text += fmt::format("\n{}\n", file.name);
    const std::size_t shown = std::min(file.lines.size(), listing.lines);
    for (std::size_t i = 0; i < shown; ++i) text += "  " + file.lines[i] + "\n";
    if (shown < file.lines.size()) text += rest_text(file.lines.size() - shown);
  }
  return text;
}

std::string ops_text(const std::vector<OpChange>& rows, const Listing& listing) {
  return listed(
      "ops (calls)", rows, TextTable({"method", "op", ">in a", ">in b"}), listing,
      [](TextTable& table, const OpChange& row) {
        table.add_row({row.method, row.name, count_text(row.before), count_text(row.after)});
      });
}

}  // namespace

std::string change_text(const TensorChange& row) {
  if (row.change == TensorChangeKind::became_constant) return "became a constant";
  if (row.change != TensorChangeKind::values) return name_of(row.change);
  std::string text = fmt::format("values: {} of {} differ", count_text(row.changed_elements),
                                 count_text(row.count));
  if (row.max_abs) text += ", by at most " + number_text(*row.max_abs);
  if (row.max_abs_to_peak)
    text += fmt::format(" ({} of the peak)", percent_text(*row.max_abs_to_peak));
  if (row.nonfinite > 0) text += fmt::format(", {} NaN or Inf", count_text(row.nonfinite));
  return text;
}

std::string ignored_text(const DiffResult& diff) {
  std::string text;
  for (const IgnoredChanges& row : diff.ignored) {
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", name_of(row.kind),
                        row.count == 0 ? "none" : counted(row.count, "difference"));
  }
  return text;
}

std::string text_from_diff(const DiffResult& diff, std::size_t width, bool verbose) {
  constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
  const Listing listing = verbose ? Listing{width, kAll, kAll} : Listing{.width = width};
  std::string text = side_text("a", diff.a) + side_text("b", diff.b);
  text += diff.same
              ? good("same") + ": parameters, constants, ops, methods and attributes are equal\n"
              : "the files " + bad("differ") + "\n";
  for (const std::string& note : diff.notes) text += fmt::format("  {}\n", note);
  text += tensors_text("parameters, buffers and tensor attributes", diff.tensors, listing);
  text += tensors_text("constants", diff.constants, listing);
  text += methods_text(diff.methods);
  text += ops_text(diff.ops, listing);
  text += structure_text(diff.structure, listing);
  text += texts_text("attributes", diff.attributes, listing);
  text += texts_text("extra files (not part of the verdict)", diff.extra_files, listing);
  text += lines_text(diff.extra_files, listing);
  if (const std::string ignored = ignored_text(diff); !ignored.empty())
    text += fmt::format("\nignored: {}\n", ignored);
  return text;
}

}  // namespace tsctl
