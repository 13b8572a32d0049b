#include "tsctl/archive/zip_directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "tsctl/archive/zip_format.h"
#include "tsctl/core/base/error.h"

namespace tsctl {

namespace {

constexpr std::uint64_t kMaxRecords = 1'000'000;  // real models have a few thousand

// The offset of the end record: the last position with its signature. Other readers search in the same direction but
// check less, so the caller refuses a file whose end record does not fit.
std::optional<std::uint64_t> find_end(const BinaryFile& file) {
  if (file.size_bytes() < ZipEnd::kBytes) return std::nullopt;
  const std::uint64_t tail_bytes =
      std::min<std::uint64_t>(file.size_bytes(), ZipEnd::kBytes + ZipEnd::kMaxCommentBytes);
  std::string tail(static_cast<std::size_t>(tail_bytes), '\0');
  file.read_at(file.size_bytes() - tail_bytes, tail.data(), tail.size());
  for (std::size_t at = tail.size() - ZipEnd::kBytes + 1; at-- > 0;) {
    if (little_u32(tail.data() + at) == ZipEnd::kSignature)
      return file.size_bytes() - tail_bytes + at;
  }
  return std::nullopt;
}

// The directory as an end record describes it, and where that record begins.
struct EndRecord {
  ZipDirectory directory = {};
  std::uint64_t offset = 0;
};

EndRecord read_end(const BinaryFile& file, std::uint64_t offset) {
  const auto end = read_zip<ZipEnd>(file, offset);
  if (offset + ZipEnd::kBytes + end.comment_bytes != file.size_bytes())
    throw_damaged_zip(file, "unused bytes follow its end record");
  if (end.disk != 0 || end.directory_disk != 0 || end.count_on_disk != end.count)
    throw_damaged_zip(file, "it spans several disks");
  return {{.offset = end.directory_offset, .size_bytes = end.directory_bytes, .count = end.count},
          offset};
}

// The ZIP64 end record before `end_offset`; nullopt if there is none.
std::optional<EndRecord> read_end64(const BinaryFile& file, std::uint64_t end_offset) {
  if (end_offset < ZipLocator64::kBytes) return std::nullopt;
  const std::uint64_t locator_offset = end_offset - ZipLocator64::kBytes;
  const auto locator = read_zip<ZipLocator64>(file, locator_offset);
  if (locator.signature != ZipLocator64::kSignature) return std::nullopt;
  if (locator.end_disk != 0 || locator.disks > 1) throw_damaged_zip(file, "it spans several disks");
  const std::uint64_t offset = locator.end_offset;
  if (locator_offset < ZipEnd64::kBytes || offset > locator_offset - ZipEnd64::kBytes) {
    throw_damaged_zip(file, "its ZIP64 end record lies outside the file");
  }
  const auto end = read_zip<ZipEnd64>(file, offset);
  if (end.signature != ZipEnd64::kSignature ||
      end.following_bytes != locator_offset - offset - ZipEnd64::kUncountedBytes) {
    throw_damaged_zip(file, "its ZIP64 end record is at the wrong offset");
  }
  if (end.disk != 0 || end.directory_disk != 0 || end.count_on_disk != end.count)
    throw_damaged_zip(file, "it spans several disks");
  return EndRecord{
      {.offset = end.directory_offset, .size_bytes = end.directory_bytes, .count = end.count},
      offset};
}

bool agrees(std::uint64_t wide, std::uint64_t narrow, std::uint64_t escape) {
  return narrow == escape || wide == narrow;
}

void require_agreement(const BinaryFile& file, const ZipDirectory& wide,
                       const ZipDirectory& narrow) {
  if (agrees(wide.offset, narrow.offset, kZipEscape32) &&
      agrees(wide.size_bytes, narrow.size_bytes, kZipEscape32) &&
      agrees(wide.count, narrow.count, kZipEscape16)) {
    return;
  }
  throw_damaged_zip(file, "its two end records contradict each other");
}

void require_room(const BinaryFile& file, const EndRecord& end) {
  const ZipDirectory& directory = end.directory;
  if (directory.size_bytes > end.offset || directory.offset != end.offset - directory.size_bytes)
    throw_damaged_zip(file, "its directory does not end where its end record begins");
  if (directory.count > kMaxRecords || directory.count > directory.size_bytes / ZipEntry::kBytes)
    throw_damaged_zip(file, fmt::format("its directory claims {} records", directory.count));
}

}  // namespace

ZipDirectory find_zip_directory(const BinaryFile& file) {
  const std::optional<std::uint64_t> end_offset = find_end(file);
  if (!end_offset) {
    throw Error(ErrorKind::input,
                fmt::format("'{}' is truncated: {} bytes of a zip archive without its end record",
                            file.path(), file.size_bytes()),
                "the file was not copied or written completely: get it again");
  }
  EndRecord end = read_end(file, *end_offset);
  if (const std::optional<EndRecord> end64 = read_end64(file, *end_offset)) {
    require_agreement(file, end64->directory, end.directory);
    end = *end64;
  }
  require_room(file, end);
  return end.directory;
}

bool is_safe_record_name(std::string_view name) {
  if (name.empty() || name.front() == '/') return false;
  if (name.find('\0') != std::string_view::npos || name.find('\\') != std::string_view::npos)
    return false;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string_view part = name.substr(begin, end - begin);
    if (part == ".." || part == ".") return false;
    begin = end + 1;
  }
  return true;
}

bool has_zip_end(const BinaryFile& file) { return find_end(file).has_value(); }

void throw_damaged_zip(const BinaryFile& file, const std::string& why) {
  throw Error(ErrorKind::input, fmt::format("'{}' is a damaged zip archive: {}", file.path(), why),
              "get the file again, or write it again with torch.jit.save");
}

}  // namespace tsctl
