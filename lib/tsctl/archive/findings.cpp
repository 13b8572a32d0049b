#include "tsctl/archive/findings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "tsctl/archive/code_operators.h"
#include "tsctl/archive/manifest_differences.h"
#include "tsctl/archive/op_count.h"
#include "tsctl/archive/operator_names.h"
#include "tsctl/archive/own_classes.h"
#include "tsctl/archive/private_paths.h"
#include "tsctl/core/base/units.h"
#include "tsctl/core/inputs/names_code.h"
#include "tsctl/core/manifest.h"

namespace tsctl {

namespace {

constexpr std::size_t kMostNamed = 8;     // operators in one text
constexpr std::size_t kMostOfCode = 100;  // findings of one code; more say nothing new
constexpr std::string_view kCustomClasses = "__torch__.torch.classes.";

// Namespaces of the classes in C++ that LibTorch has. All but the last three hold weights packed for a kernel.
const std::set<std::string, std::less<>> kPackedClasses{"_nnapi", "metal",  "mkldnn", "quantized",
                                                        "rnn",    "sparse", "vulkan", "xnnpack"};
const std::set<std::string, std::less<>> kOtherClasses{"c10d", "cuda", "profiler"};
const std::set<std::string, std::less<>> kPackedNamespaces{
    "mkldnn_prepacked", "metal_prepack", "prepacked", "vulkan_prepack", "xnnpack"};

std::string namespace_of(std::string_view op) { return std::string(op.substr(0, op.find("::"))); }

template <typename Names>
std::string first_few(const Names& names) {
  std::vector<std::string> shown;
  for (const auto& name : names) {
    if (shown.size() < kMostNamed) shown.push_back(name);
  }
  std::string text = fmt::format("{}", fmt::join(shown, ", "));
  if (names.size() > shown.size()) text += fmt::format(" and {} more", names.size() - shown.size());
  return text;
}

class Findings {
 public:
  Findings(const ModelArchive& archive, const ModelSummary& summary)
      : archive_(archive), summary_(summary), names_(names_in(archive)) {}

  std::vector<FileFinding> all() {
    add_file_operators();
    add_code_on_load();
    add_foreign_operators();
    add_packed_operators();
    add_compressed_tensors();
    add_custom_classes();
    add_unreadable_code();
    add_devices();
    add_private_paths();
    add_damaged_records();
    add_code_in_manifest();
    add_manifest_differences();
    std::ranges::stable_sort(
        found_, [](const FileFinding& a, const FileFinding& b) { return a.severity > b.severity; });
    return std::move(found_);
  }

 private:
  FileFinding& add(FindingCode code, Severity severity, std::string text) {
    FileFinding finding{.code = code, .severity = severity, .text = std::move(text)};
    finding.hint = rule_of(code).hint;
    if (++counts_[code] > kMostOfCode) return ignored_;
    found_.push_back(std::move(finding));
    return found_.back();
  }
  static void place(FileFinding& finding, const std::string& record, std::int64_t line,
                    std::int64_t places) {
    finding.record = record;
    if (line > 0) finding.line = line;
    finding.places = std::max<std::int64_t>(1, places);
  }
  // One finding for several operators, placed at the first.
  void add_operators(FindingCode code, Severity severity, const std::vector<std::string>& names,
                     std::string text) {
    if (names.empty()) return;
    FileFinding& finding = add(code, severity, std::move(text));
    const OperatorPlace& first = operators_.at(names.front());
    std::int64_t places = 0;
    for (const std::string& name : names) places += operators_.at(name).places;
    place(finding, first.record, first.line, places);
  }

  void add_file_operators() {
    std::vector<std::string> names;
    std::vector<std::string> written;
    for (const auto& [op, where] : operators_) {
      if (!touches_files(op)) continue;
      names.push_back(op);
      written.push_back("torch." + op.substr(op.find("::") + 2));
    }
    add_operators(FindingCode::code_touches_files, Severity::error, names,
                  fmt::format("its code can read or write files: {}; do not run it unless you "
                              "trust its source",
                              fmt::join(written, ", ")));
  }

  void add_code_on_load() {
    std::map<std::string, std::pair<const CodeClass*, std::int64_t>> foreign;
    std::map<std::string, std::pair<const CodeClass*, std::int64_t>> own;
    for (const auto& [name, type] : archive_.code.classes) {
      if (type.method("__setstate__") == nullptr) continue;
      auto& row = (own_class(type) ? own : foreign)[plain_class_name(name)];
      if (row.second++ == 0) row.first = &type;
    }
    for (const auto& [name, row] : foreign) {
      OpCounter counter(archive_.code);
      std::vector<std::string> ops;
      for (const auto& [op, count] : counter.reachable_from(row.first->name, "__setstate__"))
        ops.push_back(op);
      const bool harms = std::ranges::any_of(ops, touches_files);
      const std::string calls = ops.empty() ? "" : ", which calls " + first_few(ops);
      FileFinding& finding = add(
          FindingCode::code_runs_on_load, harms ? Severity::error : Severity::warning,
          fmt::format("its code runs when the file is loaded: __setstate__ of {}{}", name, calls));
      place(finding, row.first->record, row.first->method("__setstate__")->line - 1, row.second);
    }
    for (const auto& [name, row] : own) {
      FileFinding& finding =
          add(FindingCode::own_code_runs_on_load, Severity::note,
              fmt::format("code of tsctl itself runs when the file is loaded: {} {}", name,
                          own_class(*row.first) == OwnClass::packed_layer
                              ? "packs its weights for this host"
                              : "makes glibc keep freed memory"));
      place(finding, row.first->record, row.first->method("__setstate__")->line - 1, row.second);
    }
  }

  void add_foreign_operators() {
    std::map<std::string, std::vector<std::string>> by_namespace;
    std::vector<std::string> unknown;
    for (const auto& [op, where] : operators_) {
      const std::string space = namespace_of(op);
      if (kPackedNamespaces.contains(space)) continue;
      if (!is_operator_namespace(space)) {
        by_namespace[space].push_back(op);
      } else if (!is_operator(op)) {
        unknown.push_back(op);
      }
    }
    for (const auto& [space, names] : by_namespace) {
      add_operators(FindingCode::unknown_namespace, Severity::warning, names,
                    fmt::format("its code calls operators of '{}', a library that LibTorch does "
                                "not have: {}",
                                space, first_few(names)));
    }
    add_operators(FindingCode::unknown_operator, Severity::warning, unknown,
                  fmt::format("its code calls operators that this version of LibTorch does not "
                              "have: {}",
                              first_few(unknown)));
  }

  void add_packed_operators() {
    std::vector<std::string> packed;
    std::vector<std::string> mkldnn;
    for (const auto& [op, where] : operators_) {
      if (where.only_own) continue;
      const std::string space = namespace_of(op);
      std::string lower = op;
      std::ranges::transform(lower, lower.begin(),
                             [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      if (kPackedNamespaces.contains(space)) {
        packed.push_back(op);
      } else if (space == "mkl" ||
                 (lower.find("mkldnn") != std::string::npos && op != "prim::is_mkldnn")) {
        mkldnn.push_back(op);
      }
    }
    add_operators(FindingCode::prepacked_content, Severity::note, packed,
                  fmt::format("its code calls kernels with packed weights: {}", first_few(packed)));
    add_operators(FindingCode::mkldnn_content, Severity::warning, mkldnn,
                  fmt::format("its code calls operators of oneDNN and MKL, as "
                              "optimize_for_inference writes them: {}",
                              first_few(mkldnn)));
  }

  void add_compressed_tensors() {
    std::int64_t size_bytes = 0;
    std::int64_t count = 0;
    const RecordSummary* first = nullptr;
    for (const RecordSummary& record : summary_.records) {
      const bool holds_tensors =
          record.group == RecordGroup::tensors || record.group == RecordGroup::constants;
      if (!holds_tensors || record.method != RecordMethod::deflated) continue;
      if (count++ == 0) first = &record;
      size_bytes += record.size_bytes;
    }
    if (first == nullptr) return;
    FileFinding& finding = add(
        FindingCode::compressed_tensors, Severity::note,
        fmt::format("its tensors are compressed ({} of them): LibTorch loads them, and inflates "
                    "them each time",
                    bytes_text(size_bytes)));
    place(finding, first->name, 0, count);
  }

  void add_custom_class(std::string_view name, const std::string& record, std::int64_t line,
                        std::optional<std::int64_t> offset) {
    const std::string_view rest = name.substr(kCustomClasses.size());
    const std::string space(rest.substr(0, rest.find('.')));
    if (kOtherClasses.contains(space) || !classes_.emplace(rest).second) return;
    const bool is_packed = kPackedClasses.contains(space);
    FileFinding& finding =
        is_packed
            ? add(FindingCode::prepacked_content, Severity::note,
                  fmt::format("it holds weights that are packed for a kernel: class {}", rest))
            : add(FindingCode::custom_class, Severity::warning,
                  fmt::format("it needs the class {}, which LibTorch does not have; C++ code "
                              "of a library makes such an object when the file is loaded",
                              rest));
    place(finding, record, line, 1);
    finding.offset = offset;
  }

  void add_custom_classes() {
    const auto add_all = [this](const Pickle& pickle, const char* record) {
      for (const PickledName& global : pickle.globals) {
        if (global.name.starts_with(kCustomClasses))
          add_custom_class(global.name, record, 0, static_cast<std::int64_t>(global.offset));
      }
    };
    add_all(*archive_.data, "data.pkl");
    if (archive_.constants) add_all(*archive_.constants, "constants.pkl");
    for (const auto& [name, where] : names_.custom_classes)
      add_custom_class(name, where.record, where.line, std::nullopt);
  }

  void add_unreadable_code() {
    for (const CodeText& text : archive_.code_texts) {
      const auto bad = first_unreadable(text.text);
      if (!bad) continue;
      FileFinding& finding = add(FindingCode::code_not_readable, Severity::warning,
                                 fmt::format("LibTorch cannot read its code: {}", bad->second));
      place(finding, text.record, bad->first, 1);
    }
  }

  void add_devices() {
    for (const DeviceUse& use : summary_.devices) {
      const bool is_cpu = use.device == "cpu";
      FileFinding& finding =
          add(FindingCode::tied_to_device, is_cpu ? Severity::note : Severity::warning,
              fmt::format("its code names the device {}", use.device));
      place(finding, {}, 0, use.written);
    }
    std::map<std::string, std::pair<std::string, std::int64_t>> devices;
    const auto count = [&devices](const std::vector<TensorSummary>& tensors) {
      for (const TensorSummary& tensor : tensors) {
        if (tensor.device == "cpu" || tensor.device.empty()) continue;
        auto& row = devices[tensor.device];
        if (row.second++ == 0) row.first = tensor.record;
      }
    };
    count(summary_.tensors);
    count(summary_.constants);
    for (const auto& [device, row] : devices) {
      FileFinding& finding = add(
          FindingCode::tied_to_device, Severity::note,
          fmt::format("its tensors lie on the device {} unless map_location moves them", device));
      place(finding, row.first, 0, row.second);
    }
  }

  void add_private_paths() {
    const PrivatePaths paths = private_paths(archive_);
    if (paths.count == 0) return;
    FileFinding& finding = add(FindingCode::private_path, Severity::note,
                               fmt::format("its debug records name files of the machine that "
                                           "captured it: {}",
                                           paths.first));
    place(finding, paths.record, 0, paths.count);
  }

  void add_damaged_records() {
    for (const RecordSummary& record : summary_.records) {
      if (record.crc_ok.value_or(true)) continue;
      FileFinding& finding = add(
          FindingCode::damaged_record, Severity::error,
          fmt::format("record {} is damaged: its content does not match its CRC-32", record.name));
      place(finding, record.name, 0, 1);
    }
  }

  void add_code_in_manifest() {
    const nlohmann::json manifest =
        nlohmann::json::parse(summary_.manifest_text, nullptr, /*allow_exceptions=*/false);
    const nlohmann::json::json_pointer inputs("/inputs/file");
    if (!manifest.is_object() || !manifest.contains(inputs) || !manifest[inputs].is_string())
      return;
    const std::string file = manifest[inputs].get<std::string>();
    if (!names_code(file)) return;
    FileFinding& finding =
        add(FindingCode::inputs_name_code, Severity::warning,
            fmt::format("the manifest names code as the inputs: {}; tsctl does not run it unless "
                        "--inputs names it",
                        file));
    place(finding, kManifestRecord, 0, 1);
  }

  void add_manifest_differences() {
    for (const std::string& difference : manifest_differences(summary_)) {
      FileFinding& finding =
          add(FindingCode::differs_from_manifest, Severity::warning,
              fmt::format("the file is not what its manifest says: {}", difference));
      place(finding, kManifestRecord, 0, 1);
    }
  }

  const ModelArchive& archive_;
  const ModelSummary& summary_;
  CodeNames names_;
  const CodeOperators& operators_ = names_.operators;
  std::vector<FileFinding> found_;
  std::map<FindingCode, std::size_t> counts_;
  std::set<std::string, std::less<>> classes_;  // custom ones that were added
  FileFinding ignored_;
};

}  // namespace

bool touches_files(const std::string& op) {
  return writes_files(op) || op == "aten::from_file" || op == "debugprims::load_tensor";
}

bool writes_files(const std::string& op) { return op == "aten::save" || op == "aten::_save"; }

std::vector<FileFinding> findings_of(const ModelArchive& archive, const ModelSummary& summary) {
  return Findings(archive, summary).all();
}

}  // namespace tsctl
