#include "tsctl/report/history/packed_text.h"

#include <fmt/format.h>
#include <zlib.h>

#include <stdexcept>

#include "tsctl/core/base/error.h"

namespace tsctl::history {

namespace {

// zlib compresses a text to a thousandth at best, so a larger size is a lie.
constexpr std::int64_t kMostExpansion = 1100;

}  // namespace

std::string packed(const std::string& text) {
  uLongf size = compressBound(text.size());
  std::string bytes(size, '\0');
  const int code =
      compress2(reinterpret_cast<Bytef*>(bytes.data()), &size,
                reinterpret_cast<const Bytef*>(text.data()), text.size(), Z_DEFAULT_COMPRESSION);
  if (code != Z_OK) throw std::runtime_error(fmt::format("zlib failed with code {}", code));
  bytes.resize(size);
  return bytes;
}

std::string unpacked(const std::string& bytes, std::int64_t size, const std::string& path) {
  const auto most = static_cast<std::int64_t>(bytes.size()) * kMostExpansion;
  if (size >= 0 && size <= most) {
    std::string text(static_cast<std::size_t>(size), '\0');
    uLongf written = text.size();
    const int code = uncompress(reinterpret_cast<Bytef*>(text.data()), &written,
                                reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
    if (code == Z_OK && written == text.size()) return text;
  }
  throw Error(ErrorKind::input,
              fmt::format("the history '{}' is damaged: a report cannot be read", path),
              "restore it from a backup, or add the reports to a new file");
}

}  // namespace tsctl::history
