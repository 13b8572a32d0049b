#include "tsctl/report/text/inspect_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tsctl/core/base/units.h"
#include "tsctl/core/manifest.h"
#include "tsctl/report/text/manifest_text.h"
#include "tsctl/report/text/text_table.h"

namespace tsctl {

namespace {

constexpr std::size_t kListIndent = 2;
constexpr std::size_t kAttributesShown = 12;
constexpr std::size_t kValueShown = 60;  // bytes; the document has more

std::string crc_text(const std::optional<bool>& ok) { return !ok ? "" : *ok ? "ok" : "DAMAGED"; }

std::string mode_text(const ModelSummary& summary) {
  if (summary.frozen && summary.packed_layers > 0) {
    return fmt::format("frozen, {} {} packed when the file is loaded",
                       count_text(summary.packed_layers),
                       summary.packed_layers == 1 ? "layer is" : "layers are");
  }
  if (summary.frozen) return "frozen (weights are constants)";
  // Freezing removes `training`, and leaves a parameter that the model may change in place.
  if (!summary.training && summary.constant_count > 0) return "partly frozen (parameters are left)";
  std::string text = "not frozen";
  if (summary.training) text += *summary.training ? ", training mode" : ", eval mode";
  if (!summary.training.value_or(true) && summary.training_modules > 0) {
    text += fmt::format(" ({} submodules in training mode)", count_text(summary.training_modules));
  }
  return text;
}

std::string state_text(const ModelSummary& summary) {
  return mode_text(summary) + (summary.keeps_heap ? ", makes glibc keep freed memory" : "");
}

std::size_t count_kind(const ModelSummary& summary, TensorKind kind) {
  return static_cast<std::size_t>(std::ranges::count_if(
      summary.tensors, [kind](const TensorSummary& row) { return row.kind == kind; }));
}

std::string weights_text(std::size_t tensors, std::int64_t count, std::int64_t bytes) {
  if (tensors == 0) return "none";
  return fmt::format("{}, {} values, {}", counted(tensors, "tensor"), count_text(count),
                     bytes_text(bytes));
}

// Buffers, or tensors in attributes. The latter often are parameters under a second name.
std::string other_tensors_text(const ModelSummary& summary, TensorKind kind) {
  std::int64_t bytes = 0;
  for (const TensorSummary& row : summary.tensors) {
    if (row.kind == kind && row.shared_with.empty()) bytes += row.size_bytes;
  }
  const std::size_t count = count_kind(summary, kind);
  return fmt::format("{}, {}", counted(count, "tensor"),
                     bytes > 0 ? bytes_text(bytes) : "all of which share memory with others");
}

// "1 error, 2 warnings, 3 notes"
std::string findings_count_text(const ModelSummary& summary) {
  std::string text;
  for (const Severity severity : {Severity::error, Severity::warning, Severity::note}) {
    const auto count = std::ranges::count_if(summary.findings, [severity](const FileFinding& row) {
      return row.severity == severity && !row.allowed;
    });
    if (count > 0) text += (text.empty() ? "" : ", ") + counted(count, name_of(severity));
  }
  const auto allowed = std::ranges::count_if(summary.findings, &FileFinding::allowed);
  if (allowed > 0) text += fmt::format("{}{} allowed", text.empty() ? "" : ", ", allowed);
  return text + " (--findings lists them)";
}

// "code/__torch__.py:12, and 3 more places"
std::string place_text(const FileFinding& finding) {
  std::string text = finding.record;
  if (finding.line) text += fmt::format(":{}", *finding.line);
  if (finding.offset) text += fmt::format(", byte {}", *finding.offset);
  if (text.empty() && finding.places == 1) return {};
  if (text.empty()) return counted(finding.places, "place");
  if (finding.places > 1) text += fmt::format(", {} in all", counted(finding.places, "place"));
  return text;
}

std::string findings_section(const ModelSummary& summary) {
  if (summary.findings.empty()) return "\nfindings\n  none\n";
  std::string text = "\nfindings\n";
  for (const FileFinding& finding : summary.findings) {
    const std::string place = place_text(finding);
    text += fmt::format("  {} {}{}{}\n    {}\n    {}\n", name_of(finding.severity),
                        name_of(finding.code), place.empty() ? "" : " in " + place,
                        finding.allowed ? " (allowed)" : "", finding.text, finding.hint);
  }
  return text;
}

std::string head(const ModelSummary& summary) {
  std::string version = summary.format_version.empty() ? "not stated" : summary.format_version;
  if (summary.byte_order) version += fmt::format(", {} endian", name_of(*summary.byte_order));
  std::string text =
      fmt::format("{}: TorchScript, {}\n", summary.path, bytes_text(summary.size_bytes));
  const auto line = [&text](const std::string& title, const std::string& value) {
    text += "  " + title + std::string(14 - std::min<std::size_t>(14, title.size()), ' ') + value +
            "\n";
  };
  line("class", summary.class_name);
  line("state", state_text(summary));
  line("parameters", weights_text(count_kind(summary, TensorKind::parameter),
                                  summary.parameter_count, summary.parameter_bytes));
  for (const auto& [kind, title] : {std::pair(TensorKind::buffer, "buffers"),
                                    std::pair(TensorKind::attribute, "in attributes")}) {
    if (count_kind(summary, kind) > 0) line(title, other_tensors_text(summary, kind));
  }
  line("constants",
       weights_text(summary.constants.size(), summary.constant_count, summary.constant_bytes));
  for (const DeviceUse& use : summary.devices) {
    line("tied to",
         fmt::format("{}, which the code names in {}", use.device, counted(use.written, "place")));
  }
  line("format", version);
  if (!summary.producer.empty()) line("made by", summary.producer);
  if (!summary.findings.empty()) line("findings", findings_count_text(summary));
  if (summary.crc_ok)
    line("checksums", *summary.crc_ok ? "all records intact" : "DAMAGED, see the warnings");
  return text;
}

std::string titled(const std::string& title, const TextTable& table, std::size_t width) {
  return fmt::format("\n{}\n{}", title, table.render(kListIndent, width));
}

std::string groups_text(const ModelSummary& summary) {
  TextTable table({"contents", ">records", ">size", ">in the file"});
  for (const GroupSummary& group : summary.groups) {
    table.add_row({name_of(group.group), std::to_string(group.records),
                   bytes_text(group.size_bytes), bytes_text(group.stored_bytes)});
  }
  return "\n" + table.render(kListIndent);
}

std::string methods_text(const ModelSummary& summary) {
  if (summary.methods.empty()) return {};
  std::string text = "\nmethods\n";
  for (const MethodSummary& method : summary.methods)
    text += fmt::format("  {}\n", method.signature);
  return text;
}

std::string attributes_text(const ModelSummary& summary, std::size_t width) {
  if (summary.attributes.empty()) return {};
  TextTable table({"name", "type", "value"});
  const std::size_t shown = std::min(summary.attributes.size(), kAttributesShown);
  for (std::size_t i = 0; i < shown; ++i) {
    const AttributeSummary& row = summary.attributes[i];
    table.add_row({row.name, row.type, shortened_text(row.value)});
  }
  std::string text = titled("attributes", table, width);
  if (shown < summary.attributes.size()) {
    text += fmt::format("  and {} more, which --json lists\n", summary.attributes.size() - shown);
  }
  return text;
}

// The manifest is shown by its content.
bool is_shown_below(const ModelSummary& summary, const ExtraFile& file) {
  return !summary.manifest_text.empty() && std::string("extra/") + file.name == kManifestRecord;
}

std::string extra_files_text(const ModelSummary& summary, std::size_t width) {
  TextTable table({"name", ">size", "begins with"});
  std::size_t rows = 0;
  for (const ExtraFile& file : summary.extra_files) {
    if (is_shown_below(summary, file)) continue;
    ++rows;
    std::string begin = file.text.value_or("");
    begin = begin.substr(0, begin.find_first_of("\r\n"));
    table.add_row({file.name, bytes_text(file.size_bytes), shortened_text(begin)});
  }
  return rows == 0 ? "" : titled("extra files", table, width);
}

void add_tensor_rows(TextTable& table, const std::vector<TensorSummary>& tensors) {
  for (const TensorSummary& row : tensors) {
    std::string note;
    if (!row.shared_with.empty()) note = "shares memory with " + row.shared_with;
    if (row.device != "cpu") note += (note.empty() ? "on " : ", on ") + row.device;
    table.add_row({row.name, name_of(row.kind), row.dtype, shape_text(row.shape),
                   bytes_text(row.size_bytes), row.record, note});
  }
}

std::string tensors_text(const ModelSummary& summary, std::size_t width) {
  if (summary.tensors.empty() && summary.constants.empty()) return "\ntensors\n  none\n";
  TextTable table({"name", "kind", "dtype", "shape", ">size", "record", "note"});
  add_tensor_rows(table, summary.tensors);
  add_tensor_rows(table, summary.constants);
  return titled("tensors", table, width);
}

std::string ops_text(const ModelSummary& summary, std::size_t width) {
  if (summary.ops.empty()) return "\nops\n  none\n";
  std::vector<OpSummary> rows = summary.ops;
  std::ranges::stable_sort(
      rows, [](const OpSummary& a, const OpSummary& b) { return a.in_forward > b.in_forward; });
  TextTable table({"name", ">calls in forward", ">places in the code"});
  for (const OpSummary& row : rows)
    table.add_row({row.name, count_text(row.in_forward), count_text(row.written)});
  return titled("ops", table, width);
}

std::string records_text(const ModelSummary& summary, std::size_t width) {
  TextTable table({"name", "group", "method", ">size", ">in the file", "crc32", "check"});
  for (const RecordSummary& row : summary.records) {
    table.add_row({row.name, name_of(row.group), name_of(row.method), bytes_text(row.size_bytes),
                   bytes_text(row.stored_bytes), row.crc32, crc_text(row.crc_ok)});
  }
  return titled("records", table, width);
}

std::string code_text(const ModelSummary& summary) {
  std::string text;
  for (const CodeText& file : summary.code) {
    text += fmt::format("\n{}\n", file.record);
    for (std::size_t at = 0; at < file.text.size();) {
      const std::size_t end = std::min(file.text.find('\n', at), file.text.size());
      text += fmt::format("  {}\n", file.text.substr(at, end - at));
      at = end + 1;
    }
  }
  return text;
}

}  // namespace

std::string text_from_summary(const ModelSummary& summary, const InspectSections& sections,
                              std::size_t width) {
  std::string text = head(summary) + groups_text(summary) + methods_text(summary) +
                     attributes_text(summary, width) + extra_files_text(summary, width) +
                     manifest_text(summary.manifest_text);
  if (sections.findings) text += findings_section(summary);
  if (sections.tensors) text += tensors_text(summary, width);
  if (sections.ops) text += ops_text(summary, width);
  if (sections.records) text += records_text(summary, width);
  if (sections.code) text += code_text(summary);
  return text;
}

std::string shortened_text(const std::string& text) {
  if (text.size() <= kValueShown) return text;
  std::size_t end = kValueShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i)
    text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

std::string count_text(std::int64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t i = text.size(); i > 3 + (count < 0 ? 1U : 0U);) {
    i -= 3;
    text.insert(i, ",");
  }
  return text;
}

}  // namespace tsctl
