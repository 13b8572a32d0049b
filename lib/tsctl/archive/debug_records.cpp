#include "tsctl/archive/debug_records.h"

#include <fmt/format.h>
#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "tsctl/archive/debug_pickle.h"
#include "tsctl/archive/model_archive.h"
#include "tsctl/archive/zip_append.h"
#include "tsctl/archive/zip_remove.h"
#include "tsctl/core/base/error.h"

namespace tsctl {

namespace {

constexpr const char* kIdentity = ".data/serialization_id";
constexpr std::size_t kIdentityDigits = 20;  // of each half
// The file was just captured here, so nobody made it to be complex.
constexpr std::uint64_t kTrustedBytes = std::uint64_t{1} << 30;

// As c10::hash_combine.
std::uint64_t combined(std::uint64_t seed, std::uint64_t value) {
  return seed ^ (value + 0x9e3779b9U + (seed << 6U) + (seed >> 2U));
}

std::uint32_t crc_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

// torch's identity of a file: a hash of the names, which stays, and one of the checksums, which came from the old debug
// records too.
std::string new_identity(const ZipReader& archive, const ZipRecord& identity,
                         const std::vector<NewRecord>& replaced) {
  std::uint64_t hash = 0;
  for (const ZipRecord& record : archive.records()) {
    const std::string_view name = archive.relative_name(record);
    if (name != kIdentity && record_group(name) != RecordGroup::debug)
      hash = combined(hash, record.crc32);
  }
  for (const NewRecord& record : replaced) hash = combined(hash, crc_of(record.bytes));
  const std::string old = archive.read(identity, 2 * kIdentityDigits);
  return old.substr(0, kIdentityDigits) + fmt::format("{:020}", hash);
}

// Puts `replaced` in the place of all debug records.
void replace_debug_records(const std::string& path, std::vector<NewRecord> replaced) {
  std::set<std::string> removed;
  {
    const ZipReader archive(path);
    for (const ZipRecord& record : archive.records()) {
      if (record_group(archive.relative_name(record)) == RecordGroup::debug)
        removed.insert(record.name);
    }
    if (removed.empty()) return;
    if (const ZipRecord* identity = archive.find_in_top(kIdentity)) {
      const NewRecord made{.name = kIdentity, .bytes = new_identity(archive, *identity, replaced)};
      removed.insert(identity->name);
      replaced.push_back(made);
    }
  }
  remove_records(path, removed);
  append_records(path, replaced);
}

}  // namespace

std::string relative_source_path(const std::string& path, const std::string& root) {
  namespace fs = std::filesystem;
  constexpr std::string_view kPackages = "-packages/";
  constexpr std::string_view kLibrary = "/lib/python3";
  constexpr std::string_view kCapture = "/tsctl_capture/";  // tsctl's own frames in a trace
  const std::string plain = fs::path(path).lexically_normal().string();
  std::string folder = fs::path(root).lexically_normal().string();
  if (!folder.ends_with('/')) folder += '/';
  if (const auto at = plain.rfind(kPackages); at != std::string::npos)
    return plain.substr(at + kPackages.size());
  if (plain.starts_with(folder)) return plain.substr(folder.size());
  if (const auto at = plain.rfind(kCapture); at != std::string::npos) return plain.substr(at + 1);
  if (const auto at = plain.rfind(kLibrary); at != std::string::npos) {
    const auto slash = plain.find('/', at + kLibrary.size());
    if (slash != std::string::npos) return plain.substr(slash + 1);
  }
  return plain.substr(plain.rfind('/') + 1);
}

void make_debug_paths_relative(const std::string& path, const std::string& root) {
  std::vector<NewRecord> replaced;
  {
    const ZipReader archive(path);
    ReadBudget budget(path, kTrustedBytes);
    for (const ZipRecord& record : archive.records()) {
      const std::string name(archive.relative_name(record));
      if (record_group(name) != RecordGroup::debug) continue;
      auto pickle = with_renamed_paths(
          archive.read(record, record.size_bytes), fmt::format("'{}' of '{}'", name, path), budget,
          [&](const std::string& text) { return relative_source_path(text, root); });
      if (pickle) replaced.push_back({.name = name, .bytes = std::move(*pickle), .compress = true});
    }
  }
  replace_debug_records(path, std::move(replaced));
}

void strip_debug_records(const std::string& path) { replace_debug_records(path, {}); }

bool has_usable_debug_records(const std::string& path) {
  constexpr std::uint64_t kMostBytes = 4ULL << 20;
  const ZipReader zip(path);
  std::uint64_t left = kMostBytes;
  for (const ZipRecord& record : zip.records()) {
    if (!record.name.ends_with(".debug_pkl") || record.size_bytes > left) continue;
    left -= record.size_bytes;
    try {
      ReadBudget budget(path, zip.file_size_bytes());
      const auto same = [](const std::string& name) { return name; };
      if (!with_renamed_paths(zip.read(record, record.size_bytes), record.name, budget, same))
        return false;
    } catch (const Error&) {
      return false;
    }
  }
  return true;
}

}  // namespace tsctl
