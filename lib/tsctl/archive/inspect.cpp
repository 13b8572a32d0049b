#include "tsctl/archive/inspect.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <tuple>

#include "tsctl/archive/manifest_text.h"
#include "tsctl/archive/model_archive.h"
#include "tsctl/archive/op_count.h"
#include "tsctl/archive/tensor_bounds.h"
#include "tsctl/archive/tensor_table.h"
#include "tsctl/core/inputs/names_code.h"

namespace tsctl {

namespace {

constexpr std::string_view kExtra = "extra/";

// JSON text must be UTF-8; the JSON library throws for anything else.
bool is_utf8(std::string_view text) {
  try {
    return !nlohmann::json(text).dump().empty();
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

void add_records(const ModelArchive& archive, const InspectOptions& options,
                 ModelSummary& summary) {
  std::map<RecordGroup, GroupSummary> groups;
  if (options.check_crc) summary.crc_ok = true;
  for (const ZipRecord& record : archive.zip.records()) {
    RecordSummary row;
    row.name = archive.zip.relative_name(record);
    row.group = record_group(row.name);
    row.method = record.deflated ? RecordMethod::deflated : RecordMethod::stored;
    row.size_bytes = static_cast<std::int64_t>(record.size_bytes);
    row.stored_bytes = static_cast<std::int64_t>(record.stored_bytes);
    row.crc32 = fmt::format("{:08x}", record.crc32);
    if (options.check_crc) {
      row.crc_ok = archive.zip.crc_matches(record);
      if (!*row.crc_ok) {
        summary.crc_ok = false;
        summary.warnings.push_back(
            {WarningCode::crc_mismatch,
             fmt::format("record {} is damaged: its content does not match its CRC-32", row.name)});
      }
    }
    GroupSummary& total = groups[row.group];
    total.group = row.group;
    total.records += 1;
    total.size_bytes += row.size_bytes;
    total.stored_bytes += row.stored_bytes;
    summary.records.push_back(std::move(row));
  }
  for (const auto& [group, total] : groups) summary.groups.push_back(total);
}

// Later versions of torch write such records below .data.
std::string small_record(const ZipReader& zip, const std::string& name) {
  const ZipRecord* record = zip.find_in_top(name);
  if (record == nullptr) record = zip.find_in_top(".data/" + name);
  constexpr std::uint64_t kMaxBytes = 64;
  if (record == nullptr || record->size_bytes > kMaxBytes) return {};
  std::string text = zip.read(*record, kMaxBytes);
  text.erase(text.find_last_not_of(" \r\n") + 1);
  return is_utf8(text) ? text : std::string();
}

// "tsctl 0.1.0, torch 2.15.0", from the last step of the manifest.
std::string producer_from_manifest(const nlohmann::json& manifest) {
  if (!manifest.is_object() || !manifest.contains("steps") || !manifest["steps"].is_array())
    return "tsctl";
  const nlohmann::json& steps = manifest["steps"];
  if (steps.empty() || !steps.back().is_object()) return "tsctl";
  std::string producer = "tsctl";
  const auto add = [&producer, &steps](const char* key, const std::string& before) {
    const auto found = steps.back().find(key);
    if (found != steps.back().end() && found->is_string())
      producer += before + found->get<std::string>();
  };
  add("tsctl_version", " ");
  add("torch_version", ", torch ");
  return producer;
}

// "data.py:f" if the manifest names code as the inputs.
std::string code_of_inputs(const nlohmann::json& manifest) {
  const nlohmann::json::json_pointer place("/inputs/file");
  if (!manifest.is_object() || !manifest.contains(place) || !manifest[place].is_string()) return {};
  std::string file = manifest[place].get<std::string>();
  return names_code(file) ? file : std::string();
}

void add_manifest(const ModelArchive& archive, ModelSummary& summary) {
  const std::optional<std::string> found = read_manifest_text(archive.zip);
  if (!found) return;
  const std::string& text = *found;
  if (is_utf8(text)) summary.manifest_text = text;
  const nlohmann::json manifest = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  summary.producer = producer_from_manifest(manifest);
  if (const std::string code = code_of_inputs(manifest); !code.empty()) {
    summary.warnings.push_back(
        {WarningCode::inputs_name_code,
         fmt::format("the manifest names code as the inputs: {}; tsctl does not run it unless "
                     "--inputs names it",
                     code)});
  }
}

void add_extra_files(const ModelArchive& archive, const InspectOptions& options,
                     ModelSummary& summary) {
  for (const ZipRecord& record : archive.zip.records()) {
    const std::string_view name = archive.zip.relative_name(record);
    if (!name.starts_with(kExtra)) continue;
    ExtraFile file{std::string(name.substr(kExtra.size())),
                   static_cast<std::int64_t>(record.size_bytes), std::nullopt};
    if (file.size_bytes <= options.extra_text_limit_bytes) {
      archive.budget->spend_bytes(2 * record.size_bytes);
      std::string text = archive.zip.read(record, record.size_bytes);
      if (is_utf8(text)) file.text = std::move(text);
    }
    summary.extra_files.push_back(std::move(file));
  }
}

std::vector<OpCount> op_list(const OpCounts& counts) {
  std::vector<OpCount> list;
  for (const auto& [name, count] : counts) list.push_back({name, count});
  return list;
}

MethodSummary method_summary(const CodeFunction& method) {
  MethodSummary row;
  row.name = method.name;
  row.signature = signature_text(method);
  row.return_type = method.return_type;
  for (std::size_t i = 1; i < method.parameters.size(); ++i) {
    const CodeParameter& parameter = method.parameters[i];
    row.parameters.push_back({parameter.name, parameter.type, parameter.default_value});
  }
  return row;
}

// Operators that read or write files. A name counts without a call too: code can call it by another name.
constexpr std::array<std::string_view, 3> kFileOps{"torch.save", "torch.from_file", "torch._save"};
// The classes of layers that tsctl packs when the file is loaded (engine/packed/layer_source.h).
constexpr std::string_view kPackedClassPrefix = "__torch__.tsctl.Packed";
// The class that keeps the heap (engine/heap_keeper.cpp).
constexpr std::string_view kHeapKeeperClass = "__torch__.tsctl.KeepHeap";

void warn_of_code(const ModelArchive& archive, ModelSummary& summary) {
  std::set<std::string> file_ops;
  for (const CodeText& text : archive.code_texts) {
    std::string code = mask_strings(text.text);
    std::erase_if(code, [](char c) { return c == ' ' || c == '\t'; });
    archive.budget->spend_steps(code.size() * kFileOps.size());
    for (const std::string_view op : kFileOps) {
      if (code.find(op) != std::string::npos) file_ops.emplace(op);
    }
  }
  if (!file_ops.empty()) {
    summary.warnings.push_back(
        {WarningCode::code_touches_files,
         fmt::format("its code can read or write files: {}; do not run it unless you trust its "
                     "source",
                     fmt::join(file_ops, ", "))});
  }
  if (has_lost_weights(archive)) {
    summary.warnings.push_back(
        {WarningCode::cannot_be_loaded,
         fmt::format("it cannot be loaded: {}; {}", kLostWeights, kLostWeightsHint)});
  }
  std::vector<std::string> on_load;
  for (const auto& [name, type] : archive.code.classes) {
    const std::string plain_name = plain_class_name(name);
    const bool is_tsctls =
        plain_name.starts_with(kPackedClassPrefix) || plain_name == kHeapKeeperClass;
    if (!is_tsctls && type.method("__setstate__") != nullptr) on_load.push_back(plain_name);
  }
  if (!on_load.empty()) {
    summary.warnings.push_back(
        {WarningCode::code_runs_on_load,
         fmt::format("its code runs when the file is loaded: __setstate__ of {}{}", on_load.front(),
                     on_load.size() > 1 ? fmt::format(" and {} more", on_load.size() - 1) : "")});
  }
}

void add_methods_and_ops(const ModelArchive& archive, ModelSummary& summary) {
  OpCounter counter(archive.code);
  OpCounts in_forward;
  if (const CodeClass* root = archive.root_class()) {
    for (const CodeFunction& method : root->methods) {
      MethodSummary row = method_summary(method);
      const OpCounts counts = counter.reachable_from(root->name, method.name);
      row.ops = op_list(counts);
      if (method.name == "forward") in_forward = counts;
      summary.methods.push_back(std::move(row));
    }
  }
  for (const auto& [name, written] : counter.written_in_code()) {
    const auto found = in_forward.find(name);
    summary.ops.push_back({name, found == in_forward.end() ? 0 : found->second, written});
  }
  for (const auto& [device, written] : device_uses(archive.code)) {
    summary.devices.push_back({device, written});
  }
  if (counter.unresolved() > 0) {
    summary.warnings.push_back(
        {WarningCode::calls_not_followed,
         fmt::format("{} calls could not be resolved: the operator counts of forward() omit the "
                     "operators of these calls",
                     counter.unresolved())});
  }
}

// Sums elements and bytes; counts a view of the same memory with the same shape once.
class Totals {
 public:
  void add(const TensorSummary& tensor, std::int64_t* count, std::int64_t& bytes) {
    if (!seen_.emplace(tensor.record, tensor.offset_bytes, tensor.shape, tensor.strides).second)
      return;
    if (count != nullptr) *count += tensor.count;
    bytes += tensor.size_bytes;
  }

 private:
  std::set<
      std::tuple<std::string, std::int64_t, std::vector<std::int64_t>, std::vector<std::int64_t>>>
      seen_;
};

void add_totals(const ModelArchive& archive, ModelSummary& summary) {
  Totals totals;
  for (const TensorSummary& tensor : summary.tensors) {
    if (tensor.kind == TensorKind::parameter)
      totals.add(tensor, &summary.parameter_count, summary.parameter_bytes);
  }
  for (const TensorSummary& tensor : summary.tensors)
    totals.add(tensor, nullptr, summary.buffer_bytes);
  for (const TensorSummary& tensor : summary.constants) {
    totals.add(tensor, &summary.constant_count, summary.constant_bytes);
  }
  const ModuleSummary& root = summary.modules.front();
  summary.training = root.training;
  const CodeClass* type = archive.root_class();
  summary.frozen =
      type != nullptr && type->attribute_type("training").empty() && summary.parameter_count == 0;
  summary.packed_layers = std::ranges::count_if(summary.modules, [](const ModuleSummary& module) {
    return plain_class_name(module.class_name).starts_with(kPackedClassPrefix);
  });
  summary.keeps_heap = std::ranges::any_of(summary.modules, [](const ModuleSummary& module) {
    return plain_class_name(module.class_name) == kHeapKeeperClass;
  });
  summary.training_modules =
      std::count_if(summary.modules.begin() + 1, summary.modules.end(),
                    [](const ModuleSummary& module) { return module.training.value_or(false); });
  if (summary.training.value_or(false)) {
    summary.warnings.push_back(
        {WarningCode::training_mode,
         "the model is in training mode: dropout and batch normalization behave as in training"});
  }
}

}  // namespace

ModelSummary inspect(const InspectOptions& options) {
  ModelArchive archive = open_model_archive(options.model_path);
  ModelSummary summary;
  summary.path = options.model_path;
  summary.size_bytes = static_cast<std::int64_t>(archive.zip.file_size_bytes());
  summary.top_folder = archive.zip.top_folder();
  summary.format_version = small_record(archive.zip, "version");
  summary.byte_order = value_of<ByteOrder>(small_record(archive.zip, "byteorder"));
  summary.class_name = plain_class_name(archive.root().text);
  add_records(archive, options, summary);
  add_manifest(archive, summary);
  add_extra_files(archive, options, summary);
  add_methods_and_ops(archive, summary);
  warn_of_code(archive, summary);
  TensorTable table = tensor_table(archive, static_cast<std::size_t>(options.value_limit_bytes));
  summary.modules = std::move(table.modules);
  summary.tensors = std::move(table.tensors);
  summary.constants = std::move(table.constants);
  summary.attributes = std::move(table.attributes);
  require_tensors_fit(archive);
  add_totals(archive, summary);
  if (options.with_code) summary.code = std::move(archive.code_texts);
  return summary;
}

}  // namespace tsctl
