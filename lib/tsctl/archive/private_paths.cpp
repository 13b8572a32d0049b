#include "tsctl/archive/private_paths.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace tsctl {

namespace {

constexpr std::uint64_t kMaxBytes = 4ULL << 20;  // of all debug records that are read
constexpr std::size_t kMaxPathBytes = 1024;
constexpr std::string_view kEnding = ".py";
constexpr std::array<std::string_view, 4> kHomes{"/home/", "/Users/", "/root/", "\\Users\\"};

bool is_private(std::string_view path) {
  const bool in_home = std::ranges::any_of(kHomes, [path](std::string_view home) {
    return path.substr(0, 2 + home.size()).find(home) != std::string_view::npos;
  });
  return in_home || path.find("-packages/") == std::string_view::npos;
}

// The absolute path that ends at `end`, within a line of a stack trace or a string of its own:
// "/home/alice/net.py(12): forward", "File "/home/alice/net.py", line 12".
std::string_view path_ending_at(std::string_view pickle, std::size_t end) {
  const std::size_t least = end > kMaxPathBytes ? end - kMaxPathBytes : 0;
  std::size_t begin = end;
  while (begin > least && static_cast<unsigned char>(pickle[begin - 1]) >= 0x20) --begin;
  const std::string_view line = pickle.substr(begin, end - begin);
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool begins_word =
        i == 0 || std::string_view(" \"'(").find(line[i - 1]) != std::string_view::npos;
    const std::string_view word = line.substr(i);
    if (begins_word && (word.starts_with('/') || word.substr(1).starts_with(":\\"))) return word;
  }
  return {};
}

}  // namespace

PrivatePaths private_paths(const ModelArchive& archive) {
  PrivatePaths found;
  std::uint64_t left = kMaxBytes;
  for (const ZipRecord& record : archive.zip.records()) {
    const std::string_view name = archive.zip.relative_name(record);
    if (record_group(name) != RecordGroup::debug || record.size_bytes > left) continue;
    left -= record.size_bytes;
    const std::string pickle = archive.zip.read(record, record.size_bytes);
    archive.budget->spend_steps(pickle.size());
    for (std::size_t at = pickle.find(kEnding); at != std::string::npos;
         at = pickle.find(kEnding, at + 1)) {
      archive.budget->spend_steps(kMaxPathBytes / 8);
      const std::string_view path = path_ending_at(pickle, at + kEnding.size());
      if (path.empty() || !is_private(path)) continue;
      if (found.count++ > 0) continue;
      found.first = path;
      found.record = name;
    }
  }
  return found;
}

}  // namespace tsctl
