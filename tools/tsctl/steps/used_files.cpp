#include "steps/used_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "tsctl/archive/zip_reader.h"
#include "tsctl/core/base/units.h"
#include "tsctl/files/digest.h"

namespace tsctl {

namespace {

namespace fs = std::filesystem;

// A command that is to answer in milliseconds has time for this much.
constexpr std::int64_t kSmallFileBytes = std::int64_t{8} << 20;

constexpr std::string_view kIndexEnding = ".index.json";

bool ends_with_any(const std::string& name, std::initializer_list<std::string_view> endings) {
  return std::ranges::any_of(endings,
                             [&](std::string_view ending) { return name.ends_with(ending); });
}

// The files of a folder that weights are read from. Of two forms of the same weights, safetensors is the one that is read.
std::vector<ReadFile> weights_in(const fs::path& folder) {
  std::vector<std::string> safetensors;
  std::vector<std::string> others;
  std::vector<ReadFile> files;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string path = entry.path().string();
    if (ends_with_any(path, {".safetensors", ".safetensors.index.json"})) {
      safetensors.push_back(path);
    } else if (ends_with_any(path, {".bin", ".pt", ".pth", kIndexEnding})) {
      others.push_back(path);
    } else if (entry.path().filename() == "config.json") {
      files.push_back({FileUse::weights, path});
    }
  }
  for (const std::string& path : safetensors.empty() ? others : safetensors)
    files.push_back({FileUse::weights, path});
  std::ranges::sort(
      files, [](const ReadFile& left, const ReadFile& right) { return left.path < right.path; });
  return files;
}

std::vector<ReadFile> with_parts(const std::vector<ReadFile>& files) {
  std::vector<ReadFile> all;
  for (const ReadFile& file : files) {
    std::error_code ignored;
    if (file.use != FileUse::weights) {
      all.push_back(file);
    } else if (fs::is_directory(file.path, ignored)) {
      for (ReadFile& part : weights_in(file.path)) all.push_back(std::move(part));
    } else if (file.path.ends_with(kIndexEnding)) {
      for (ReadFile& part : weights_in(fs::path(file.path).parent_path()))
        all.push_back(std::move(part));
    } else {
      all.push_back(file);
    }
  }
  return all;
}

// One line for each record, in the order of the names: CRC-32, size, name below the top folder. Empty for a file that is
// not an archive.
std::string record_list(const std::string& path) {
  try {
    const ZipReader archive(path);
    std::vector<std::string> lines;
    for (const ZipRecord& record : archive.records()) {
      lines.push_back(fmt::format("{} {:08x} {}\n", archive.relative_name(record), record.crc32,
                                  record.size_bytes));
    }
    std::ranges::sort(lines);
    std::string text;
    for (const std::string& line : lines) text += line;
    return text;
  } catch (const Error&) {
    return {};
  }
}

UsedFile digest_of(CommandSession& session, const ReadFile& file, bool whole) {
  UsedFile used{.use = file.use, .path = file.path};
  std::error_code ignored;
  used.size_bytes = static_cast<std::int64_t>(fs::file_size(file.path, ignored));
  if (file.use == FileUse::model) {
    const std::string records = record_list(file.path);
    if (!records.empty()) used.records_sha256 = sha256_of_text(records);
  }
  if (!whole && used.size_bytes > kSmallFileBytes) {
    used.sha256_reason = fmt::format(
        "this command does not read files of more than {} as a whole; "
        "records_sha256 identifies the content",
        bytes_text(kSmallFileBytes));
    return used;
  }
  try {
    used.sha256 = sha256_of_file(file.path, [&] { session.check_interrupts(); });
  } catch (const Error& error) {
    used.sha256_reason = error.what();
  }
  return used;
}

}  // namespace

void record_files(CommandSession& session, const std::vector<ReadFile>& files, bool whole) {
  Report& report = session.report();
  for (const ReadFile& file : with_parts(files)) {
    std::error_code ignored;
    const bool known = std::ranges::any_of(report.files, [&](const auto& used) {
      return used.use == file.use && used.path == file.path;
    });
    if (known || !fs::is_regular_file(file.path, ignored)) continue;
    report.files.push_back(digest_of(session, file, whole));
  }
  if (const UsedFile* file = file_of_model(report, report.model.path)) {
    report.model = {.path = report.model.path,
                    .sha256 = file->sha256,
                    .sha256_reason = file->sha256_reason,
                    .records_sha256 = file->records_sha256,
                    .size_bytes = file->size_bytes};
  } else if (report.model.path.find(':') != std::string::npos) {
    report.model.sha256_reason = "the model is built by a package, not by one file";
  }
}

const UsedFile* file_of_model(const Report& report, const std::string& model) {
  const auto found = std::ranges::find_if(report.files, [&](const auto& used) {
    return (used.use == FileUse::model && used.path == model) ||
           (used.use == FileUse::source && model.starts_with(used.path + ":"));
  });
  return found == report.files.end() ? nullptr : &*found;
}

}  // namespace tsctl
