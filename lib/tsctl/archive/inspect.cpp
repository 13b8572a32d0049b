#include "tsctl/archive/inspect.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <tuple>

#include "tsctl/archive/findings.h"
#include "tsctl/archive/manifest_text.h"
#include "tsctl/archive/method_graph.h"
#include "tsctl/archive/model_archive.h"
#include "tsctl/archive/op_count.h"
#include "tsctl/archive/own_classes.h"
#include "tsctl/archive/tensor_bounds.h"
#include "tsctl/archive/tensor_table.h"

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
      if (!*row.crc_ok) summary.crc_ok = false;
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

void add_manifest(const ModelArchive& archive, ModelSummary& summary) {
  const std::optional<std::string> found = read_manifest_text(archive.zip);
  if (!found) return;
  const std::string& text = *found;
  if (is_utf8(text)) summary.manifest_text = text;
  const nlohmann::json manifest = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  summary.producer = producer_from_manifest(manifest);
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

void add_graphs(const ModelArchive& archive, ModelSummary& summary) {
  const CodeClass* root = archive.root_class();
  if (root == nullptr) return;
  MethodGraphLimits limits;
  for (const CodeFunction& method : root->methods) {
    if (method.name != "__getstate__" && method.name != "__setstate__")
      summary.method_graphs.push_back(method_graph(archive.code, *root, method, limits));
  }
}

void warn_of_lost_weights(const ModelArchive& archive, ModelSummary& summary) {
  if (!has_lost_weights(archive)) return;
  summary.warnings.push_back(
      {WarningCode::cannot_be_loaded,
       fmt::format("it cannot be loaded: {}; {}", kLostWeights, kLostWeightsHint)});
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

// What is neither allowed nor a note is a warning too.
void judge_findings(const std::vector<AllowedFinding>& allowed, ModelSummary& summary) {
  for (FileFinding& finding : summary.findings) {
    finding.allowed = std::ranges::any_of(
        allowed, [&finding](const AllowedFinding& row) { return row.covers(finding); });
    if (finding.allowed || finding.severity == Severity::note) continue;
    const bool is_checksum = finding.code == FindingCode::damaged_record;
    summary.warnings.push_back({is_checksum ? WarningCodeText(WarningCode::crc_mismatch)
                                            : WarningCodeText(name_of(finding.code)),
                                finding.text});
  }
}

// Objects of classes that are tsctl's own by their text, not by their name alone.
void add_own_classes(const ModelArchive& archive, ModelSummary& summary) {
  std::map<std::string, OwnClass, std::less<>> own;
  for (const auto& [name, type] : archive.code.classes) {
    if (const auto kind = own_class(type)) own.emplace(name, *kind);
  }
  for (const PickleNode& node : archive.data->nodes) {
    if (node.kind != PickleNode::Kind::object) continue;
    const auto found = own.find(node.text);
    if (found == own.end()) continue;
    if (found->second == OwnClass::heap_keeper) summary.keeps_heap = true;
    if (found->second == OwnClass::packed_layer) ++summary.packed_layers;
  }
}

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
  add_own_classes(archive, summary);
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
  TensorTable table = tensor_table(archive, static_cast<std::size_t>(options.value_limit_bytes));
  summary.modules = std::move(table.modules);
  summary.tensors = std::move(table.tensors);
  summary.constants = std::move(table.constants);
  summary.attributes = std::move(table.attributes);
  require_tensors_fit(archive);
  add_totals(archive, summary);
  warn_of_lost_weights(archive, summary);
  summary.findings = findings_of(archive, summary);
  judge_findings(options.allowed, summary);
  if (options.with_graphs) add_graphs(archive, summary);
  if (options.with_code) summary.code = std::move(archive.code_texts);
  return summary;
}

}  // namespace tsctl
