#include "tsctl/report/html/inspect_html.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "tsctl/core/base/units.h"
#include "tsctl/report/html/graph_html.h"
#include "tsctl/report/html/html_page.h"
#include "tsctl/report/html/html_table.h"
#include "tsctl/report/text/inspect_text.h"

namespace tsctl {

namespace {

// The rows of a list that a page shows; the report has all.
constexpr std::size_t kMostRows = 500;

// Adds a row for each item, and says below the table how many were left out.
template <typename Item, typename AddRow>
std::string listed(const std::vector<Item>& items, HtmlTable table, const AddRow& add_row) {
  for (std::size_t i = 0; i < std::min(items.size(), kMostRows); ++i) add_row(table, items[i]);
  std::string text = table.render();
  if (items.size() > kMostRows)
    text += html_paragraph(
        fmt::format("And {} more, which the report lists.", items.size() - kMostRows));
  return text;
}

std::string state_of(const ModelSummary& summary) {
  if (summary.frozen) return "frozen: weights are constants";
  std::string text = "not frozen";
  if (summary.training) text += *summary.training ? ", training mode" : ", eval mode";
  return text;
}

std::string weights_of(std::int64_t count, std::int64_t bytes) {
  return count == 0 ? "none" : fmt::format("{} values, {}", count_text(count), bytes_text(bytes));
}

std::string facts(const ModelSummary& summary) {
  std::string devices;
  for (const DeviceUse& use : summary.devices)
    devices += (devices.empty() ? "" : ", ") + use.device;
  std::string checked;
  if (summary.crc_ok) checked = *summary.crc_ok ? "all records intact" : "DAMAGED";
  return html_facts(
      {{"file", summary.path},
       {"size", bytes_text(summary.size_bytes)},
       {"class", summary.class_name},
       {"state", state_of(summary)},
       {"parameters", weights_of(summary.parameter_count, summary.parameter_bytes)},
       {"buffers", summary.buffer_bytes > 0 ? bytes_text(summary.buffer_bytes) : std::string()},
       {"constants", weights_of(summary.constant_count, summary.constant_bytes)},
       {"tied to", devices},
       {"format", summary.format_version},
       {"byte order", name_of(summary.byte_order)},
       {"made by", summary.producer},
       {"checksums", checked}});
}

// The largest first.
std::string tensors_table(std::vector<TensorSummary> tensors) {
  std::ranges::stable_sort(tensors, std::ranges::greater(), &TensorSummary::size_bytes);
  return listed(
      tensors,
      HtmlTable(
          {"name", "kind", "type", "shape", ">size", "device", "record", "shares memory with"}),
      [](HtmlTable& table, const TensorSummary& row) {
        table.add_row({row.name, name_of(row.kind), row.dtype, shape_text(row.shape),
                       bytes_text(row.size_bytes), row.device, row.record, row.shared_with});
      });
}

std::string methods_table(const ModelSummary& summary) {
  return listed(summary.methods, HtmlTable({"name", "signature"}),
                [](HtmlTable& table, const MethodSummary& row) {
                  table.add_row({row.name, row.signature});
                });
}

std::string ops_table(const ModelSummary& summary) {
  return listed(summary.ops, HtmlTable({"operator", ">calls in forward", ">places in the code"}),
                [](HtmlTable& table, const OpSummary& row) {
                  table.add_row({row.name, count_text(row.in_forward), count_text(row.written)});
                });
}

std::string attributes_table(const ModelSummary& summary) {
  return listed(summary.attributes, HtmlTable({"name", "type", "value"}),
                [](HtmlTable& table, const AttributeSummary& row) {
                  table.add_row({row.name, row.type, row.value});
                });
}

std::string findings_table(const ModelSummary& summary) {
  return listed(
      summary.findings,
      HtmlTable({"severity", "code", "record", ">line", ">places", "meaning", "what to do"}),
      [](HtmlTable& table, const FileFinding& row) {
        table.add_row({row.allowed ? "allowed" : name_of(row.severity), name_of(row.code),
                       row.record, row.line ? std::to_string(*row.line) : std::string(),
                       std::to_string(row.places), row.text, row.hint});
      });
}

std::string extra_files_table(const ModelSummary& summary) {
  return listed(summary.extra_files, HtmlTable({"name", ">size", "content"}),
                [](HtmlTable& table, const ExtraFile& row) {
                  table.add_row({row.name, bytes_text(row.size_bytes),
                                 HtmlCell(shortened_text(row.text.value_or("")),
                                          row.text.value_or("").substr(0, 2000))});
                });
}

std::string groups_table(const ModelSummary& summary) {
  return listed(summary.groups, HtmlTable({"contents", ">records", ">size", ">in the file"}),
                [](HtmlTable& table, const GroupSummary& row) {
                  table.add_row({name_of(row.group), std::to_string(row.records),
                                 bytes_text(row.size_bytes), bytes_text(row.stored_bytes)});
                });
}

std::string records_table(const ModelSummary& summary) {
  return listed(
      summary.records,
      HtmlTable({"record", "group", "method", ">size", ">in the file", "CRC-32", "check"}),
      [](HtmlTable& table, const RecordSummary& row) {
        const HtmlCell check =
            row.crc_ok ? judged_cell(*row.crc_ok ? "ok" : "DAMAGED", *row.crc_ok) : HtmlCell();
        table.add_row({row.name, name_of(row.group), name_of(row.method),
                       bytes_text(row.size_bytes), bytes_text(row.stored_bytes), row.crc32, check});
      });
}

std::string code_parts(const ModelSummary& summary) {
  std::string text;
  for (const CodeText& file : summary.code)
    text += html_subsection(file.record, html_code(file.text));
  return text;
}

}  // namespace

std::string html_from_summary(const ModelSummary& summary) {
  return html_section("File", facts(summary)) + html_section("Findings", findings_table(summary)) +
         html_section("Contents of the archive", groups_table(summary)) +
         html_section("Methods", methods_table(summary)) +
         html_section("Modules", html_from_modules(summary)) +
         html_section("Calls of each method", html_from_graphs(summary)) +
         html_section("Operators", ops_table(summary)) +
         html_section("Tensors", tensors_table(summary.tensors)) +
         html_section("Constants", tensors_table(summary.constants)) +
         html_section("Attributes", attributes_table(summary)) +
         html_section("Extra files", extra_files_table(summary)) +
         html_section("Records", records_table(summary)) +
         html_section("Code", code_parts(summary));
}

}  // namespace tsctl
