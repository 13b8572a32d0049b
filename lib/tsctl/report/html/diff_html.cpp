#include "tsctl/report/html/diff_html.h"

#include <fmt/format.h>

#include "tsctl/core/base/units.h"
#include "tsctl/report/html/html_page.h"
#include "tsctl/report/html/html_table.h"
#include "tsctl/report/text/diff_text.h"
#include "tsctl/report/text/inspect_text.h"

namespace tsctl {

namespace {

std::string sides_table(const DiffResult& diff) {
  HtmlTable table(
      {"", "file", "class", ">size", "state", ">values in parameters", ">values in constants"});
  const auto add = [&table](const char* name, const DiffSide& side) {
    table.add_row({name, side.path, side.class_name, bytes_text(side.size_bytes),
                   side.frozen ? "frozen" : "not frozen", count_text(side.parameter_count),
                   count_text(side.constant_count)});
  };
  add("a", diff.a);
  add("b", diff.b);
  return table.render();
}

std::string tensors_table(const std::vector<TensorChange>& rows) {
  HtmlTable table({"name", "kind", "change", "in a", "in b"});
  for (const TensorChange& row : rows)
    table.add_row({row.name, name_of(row.kind), change_text(row), row.before, row.after});
  return table.render();
}

std::string texts_table(const std::vector<TextChange>& rows) {
  HtmlTable table({"name", "change", "in a", "in b"});
  for (const TextChange& row : rows)
    table.add_row({row.name, name_of(row.change), row.before, row.after});
  return table.render();
}

std::string ops_table(const std::vector<OpChange>& rows) {
  HtmlTable table({"method", "operator", ">calls in a", ">calls in b"});
  for (const OpChange& row : rows)
    table.add_row({row.method, row.name, count_text(row.before), count_text(row.after)});
  return table.render();
}

std::string structure_table(const std::vector<StructureChange>& rows) {
  HtmlTable table({"method", "module", "change", "in a", "in b", "line in a", "line in b"});
  for (const StructureChange& row : rows)
    table.add_row({row.method, row.module, name_of(row.change), row.before, row.after,
                   row.place_before, row.place_after});
  return table.render();
}

// The changed lines of the extra files that are text.
std::string extra_lines(const std::vector<TextChange>& files) {
  std::string text;
  for (const TextChange& file : files) {
    std::string lines;
    for (const std::string& line : file.lines) lines += line + "\n";
    text += html_subsection(file.name, html_code(lines));
  }
  return text;
}

}  // namespace

std::string html_from_diff(const DiffResult& diff) {
  std::string text = sides_table(diff);
  text += html_paragraph(
      diff.same ? "Parameters, constants, operators, methods and attributes are equal."
                : fmt::format("The files differ. {} tensors are equal.", diff.equal_tensors));
  for (const std::string& note : diff.notes) text += html_paragraph(note);
  if (const std::string ignored = ignored_text(diff); !ignored.empty())
    text += html_paragraph("Ignored: " + ignored);
  return html_section("Files", text) +
         html_section("Parameters, buffers and tensor attributes", tensors_table(diff.tensors)) +
         html_section("Constants", tensors_table(diff.constants)) +
         html_section("Methods", texts_table(diff.methods)) +
         html_section("Operators", ops_table(diff.ops)) +
         html_section("Structure (calls in the order of the code)",
                      structure_table(diff.structure)) +
         html_section("Attributes", texts_table(diff.attributes)) +
         html_section("Extra files (not part of the verdict)",
                      texts_table(diff.extra_files) + extra_lines(diff.extra_files));
}

}  // namespace tsctl
