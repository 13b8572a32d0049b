#include "tsctl/archive/model_archive.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <utility>

#include "tsctl/archive/file_kind.h"
#include "tsctl/archive/tensor_bounds.h"
#include "tsctl/archive/tensor_table.h"
#include "tsctl/core/base/error.h"

namespace tsctl {

namespace {

// The code and structure of real models take a few megabytes. A file that claims more than these limits is refused.
constexpr std::uint64_t kMaxPickleBytes = 128ULL << 20;
constexpr std::uint64_t kMaxCodeBytes = 128ULL << 20;

constexpr std::string_view kCode = "code/";
constexpr std::string_view kMangle = "___torch_mangle_";

// "__torch__.torch.nn" for "code/__torch__/torch/nn.py".
std::string module_from_record(std::string_view name) {
  std::string module(name.substr(kCode.size(), name.size() - kCode.size() - 3));
  std::ranges::replace(module, '/', '.');
  return module;
}

std::unique_ptr<const Pickle> read_named(const ModelArchive& archive, const char* name) {
  const ZipReader& zip = archive.zip;
  const ZipRecord* record = zip.find_in_top(name);
  if (record == nullptr) return nullptr;
  return read_pickle(zip.read(*record, kMaxPickleBytes),
                     fmt::format("record '{}' of '{}'", record->name, zip.path()), *archive.budget);
}

[[noreturn]] void throw_two_readings(const ZipReader& zip, const std::string& why) {
  throw Error(ErrorKind::input, fmt::format("'{}' could be read in two ways: {}", zip.path(), why),
              "torch.jit.save writes no such file: get it from its source again");
}

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// Whether LibTorch takes a record for a part of the program that this reader, which minds case, does not see as one.
bool is_hidden_by_case(std::string_view name, std::string_view lower) {
  constexpr std::array<std::string_view, 4> kNames{"data.pkl", "constants.pkl", "version",
                                                   "byteorder"};
  constexpr std::array<std::string_view, 5> kFolders{"code/", "data/", "constants/", ".data/",
                                                     "extra/"};
  if (std::ranges::find(kNames, lower) != kNames.end()) return lower != name;
  const auto folder = std::ranges::find_if(
      kFolders, [lower](std::string_view prefix) { return lower.starts_with(prefix); });
  if (folder == kFolders.end()) return false;
  return !name.starts_with(*folder) ||
         (*folder == kCode && lower.ends_with(".py") && !name.ends_with(".py"));
}

// A class of the pickle whose record LibTorch finds although it is spelled otherwise.
void require_classes_by_case(const ModelArchive& archive) {
  std::set<std::string> lower_names;
  for (const ZipRecord& record : archive.zip.records())
    lower_names.insert(lower_case(std::string(archive.zip.relative_name(record))));
  for (const PickledName& global : archive.data->globals) {
    const std::size_t dot = global.name.rfind('.');
    if (!global.name.starts_with("__torch__") || dot == std::string_view::npos) continue;
    std::string record(global.name.substr(0, dot));
    std::ranges::replace(record, '.', '/');
    record = fmt::format("{}{}.py", kCode, record);
    if (archive.zip.find_in_top(record) == nullptr && lower_names.contains(lower_case(record))) {
      throw_two_readings(archive.zip,
                         fmt::format("the code of the class {} is found only without regard to "
                                     "upper or lower case",
                                     global.name));
    }
  }
}

// LibTorch finds records without regard to case, below the folder of the first record.
void require_one_reading(const ZipReader& zip) {
  if (zip.top_folder().empty()) throw_two_readings(zip, "its records have no common folder");
  std::set<std::string> seen;
  for (const ZipRecord& record : zip.records()) {
    // LibTorch runs this old format instead of data.pkl.
    if (lower_case(std::string(zip.relative_name(record))) == "model.json")
      throw_two_readings(zip, "it has a second program in the record model.json");
    if (!seen.insert(lower_case(record.name)).second) {
      throw_two_readings(
          zip, fmt::format("several records are called '{}' in upper or lower case", record.name));
    }
    const std::string_view name = zip.relative_name(record);
    if (is_hidden_by_case(name, lower_case(std::string(name)))) {
      throw_two_readings(zip, fmt::format("the record '{}' is read although it is written in "
                                          "another case than PyTorch writes it",
                                          record.name));
    }
  }
  if (zip.find_in_top("version") != nullptr && zip.find_in_top(".data/version") != nullptr)
    throw_two_readings(zip, "it states its version twice");
}

void read_code(ModelArchive& archive) {
  std::uint64_t left = kMaxCodeBytes;
  for (const ZipRecord& record : archive.zip.records()) {
    const std::string_view name = archive.zip.relative_name(record);
    if (record_group(name) != RecordGroup::code) continue;
    // The text, its masked copy, and both again in the functions.
    archive.budget->spend_bytes(std::min(record.size_bytes, left) * 4);
    CodeText text{std::string(name), archive.zip.read(record, left)};
    left -= record.size_bytes;
    add_code(archive.code, module_from_record(name), text.text, text.record);
    archive.code_texts.push_back(std::move(text));
  }
  const std::string_view root = archive.root().text;
  const std::string module(root.substr(0, root.rfind('.')));
  std::stable_partition(
      archive.code_texts.begin(), archive.code_texts.end(),
      [&module](const CodeText& text) { return module_from_record(text.record) == module; });
}

// Of the records that the pickle refers to, each once.
std::uint64_t bytes_of_storages(const ZipReader& zip, const Pickle& pickle,
                                const std::string& folder) {
  std::set<std::string_view> seen;
  std::uint64_t bytes = 0;
  for (const PickledStorage& storage : pickle.storages) {
    if (!seen.insert(storage.record).second) continue;
    if (const ZipRecord* record = zip.find_in_top(folder + storage.record))
      bytes += record->size_bytes;
  }
  return bytes;
}

}  // namespace

std::uint64_t require_loadable(const std::string& path, bool check_crc) {
  const ModelArchive archive = open_model_archive(path);
  tensor_table(archive, /*value_limit=*/0);  // its errors name the tensors
  require_tensors_fit(archive);
  if (check_crc) archive.zip.require_intact();
  if (has_lost_weights(archive)) {
    throw Error(ErrorKind::input, fmt::format("'{}' cannot be loaded: {}", path, kLostWeights),
                kLostWeightsHint);
  }
  return least_memory(archive);
}

std::uint64_t least_memory(const ModelArchive& archive) {
  return bytes_of_storages(archive.zip, *archive.data, "data/") +
         (archive.constants ? bytes_of_storages(archive.zip, *archive.constants, "constants/") : 0);
}

bool has_lost_weights(const ModelArchive& archive) {
  constexpr std::string_view kOperator = "ops.prim.ConstantMKLDNNTensor(";
  return std::ranges::any_of(archive.code_texts, [&](const CodeText& text) {
    archive.budget->spend_steps(text.text.size());
    return text.text.find(kOperator) != std::string::npos &&
           mask_strings(text.text).find(kOperator) != std::string::npos;
  });
}

ModelArchive open_model_archive(const std::string& path) {
  require_torchscript(path, /*check_crc=*/false);
  ModelArchive archive{ZipReader(path), nullptr};
  require_one_reading(archive.zip);
  archive.budget = std::make_unique<ReadBudget>(path, archive.zip.file_size_bytes());
  archive.code.budget = archive.budget.get();
  archive.data = read_named(archive, "data.pkl");
  archive.constants = read_named(archive, "constants.pkl");
  if (!archive.data || archive.root().kind != PickleNode::Kind::object) {
    throw Error(
        ErrorKind::input,
        fmt::format("'{}' is not a usable TorchScript file: its data.pkl holds no module", path),
        "write the model again with torch.jit.save");
  }
  require_classes_by_case(archive);
  read_code(archive);
  return archive;
}

RecordGroup record_group(std::string_view name) {
  if (name.ends_with(".debug_pkl")) return RecordGroup::debug;
  if (name.starts_with(kCode) && name.ends_with(".py")) return RecordGroup::code;
  if (name.starts_with("data/")) return RecordGroup::tensors;
  if (name.starts_with("constants/")) return RecordGroup::constants;
  if (name.starts_with("extra/")) return RecordGroup::extra;
  constexpr std::array<std::string_view, 4> kStructure{"data.pkl", "constants.pkl", "version",
                                                       "byteorder"};
  const bool structure = std::ranges::find(kStructure, name) != kStructure.end();
  return structure || name.starts_with(".data/") ? RecordGroup::structure : RecordGroup::other;
}

std::string plain_class_name(std::string_view name) {
  std::string plain(name);
  for (std::size_t at = plain.find(kMangle); at != std::string::npos;
       at = plain.find(kMangle, at)) {
    const std::size_t end = plain.find_first_not_of("0123456789", at + kMangle.size());
    if (end == std::string::npos || plain[end] != '.') {
      at += kMangle.size();
      continue;
    }
    plain.erase(at, end + 1 - at);
  }
  return plain;
}

}  // namespace tsctl
