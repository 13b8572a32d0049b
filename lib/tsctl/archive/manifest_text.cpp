#include "tsctl/archive/manifest_text.h"

#include <fmt/format.h>

#include "tsctl/core/base/simple_json.h"
#include "tsctl/core/manifest.h"

namespace tsctl {

namespace {

constexpr std::uint64_t kMaxManifestBytes = 1ULL << 20;

}  // namespace

std::optional<std::string> read_manifest_text(const ZipReader& zip) {
  const ZipRecord* record = zip.find_in_top(kManifestRecord);
  if (record == nullptr) return std::nullopt;
  std::string text = zip.read(*record, kMaxManifestBytes);
  require_simple_json(text, fmt::format("the manifest of '{}'", zip.path()), kMaxManifestValues);
  return text;
}

}  // namespace tsctl
