#include "tsctl/report/text/diff_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "tsctl/core/base/units.h"
#include "tsctl/report/text/inspect_text.h"
#include "tsctl/report/text/style.h"
#include "tsctl/report/text/text_table.h"

namespace tsctl {

namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kRowsShown = 40;  // of each list; the document has all

template <typename Row, typename AddRow>
std::string listed(const std::string& title, const std::vector<Row>& rows, TextTable table,
                   std::size_t width, const AddRow& add_row) {
  if (rows.empty()) return {};
  const std::size_t shown = std::min(rows.size(), kRowsShown);
  for (std::size_t i = 0; i < shown; ++i) add_row(table, rows[i]);
  std::string text = fmt::format("\n{}\n{}", title, table.render(kIndent, width));
  if (shown < rows.size())
    text += fmt::format("  and {} more, which --json lists\n", rows.size() - shown);
  return text;
}

std::string side_text(const char* name, const DiffSide& side) {
  const std::string weights =
      side.frozen ? "frozen, " + count_text(side.constant_count) + " values in constants"
                  : "not frozen, " + count_text(side.parameter_count) + " values in parameters";
  return fmt::format("{}  {} ({}, {}, {})\n", name, side.path, side.class_name,
                     bytes_text(side.size_bytes), weights);
}

std::string change_text(const TensorChange& row) {
  if (row.change == TensorChangeKind::became_constant) return "became a constant";
  if (row.change != TensorChangeKind::values) return name_of(row.change);
  return fmt::format("values: {} of {} differ", count_text(row.changed_elements),
                     count_text(row.count));
}

std::string tensors_text(const std::string& title, const std::vector<TensorChange>& rows,
                         std::size_t width) {
  return listed(
      title, rows, TextTable({"name", "kind", "change", "in a", "in b"}), width,
      [](TextTable& table, const TensorChange& row) {
        table.add_row({row.name, name_of(row.kind), change_text(row), row.before, row.after});
      });
}

std::string texts_text(const std::string& title, const std::vector<TextChange>& rows,
                       std::size_t width) {
  return listed(title, rows, TextTable({"name", "change", "in a", "in b"}), width,
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

std::string ops_text(const std::vector<OpChange>& rows, std::size_t width) {
  return listed(
      "ops (calls)", rows, TextTable({"method", "op", ">in a", ">in b"}), width,
      [](TextTable& table, const OpChange& row) {
        table.add_row({row.method, row.name, count_text(row.before), count_text(row.after)});
      });
}

}  // namespace

std::string text_from_diff(const DiffResult& diff, std::size_t width) {
  std::string text = side_text("a", diff.a) + side_text("b", diff.b);
  text += diff.same
              ? good("same") + ": parameters, constants, ops, methods and attributes are equal\n"
              : "the files " + bad("differ") + "\n";
  for (const std::string& note : diff.notes) text += fmt::format("  {}\n", note);
  text += tensors_text("parameters, buffers and tensor attributes", diff.tensors, width);
  text += tensors_text("constants", diff.constants, width);
  text += methods_text(diff.methods);
  text += ops_text(diff.ops, width);
  text += texts_text("attributes", diff.attributes, width);
  text += texts_text("extra files (not part of the verdict)", diff.extra_files, width);
  return text;
}

}  // namespace tsctl
