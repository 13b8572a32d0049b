#include "tsctl/archive/zip_directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "tsctl/core/base/error.h"

namespace tsctl {

namespace {

constexpr std::size_t kMaxCommentBytes = 65535;
constexpr std::uint64_t kMaxRecords = 1'000'000;  // real models have a few thousand
constexpr std::uint32_t kEscape32 = 0xffffffffU;  // "see the ZIP64 record"
constexpr std::uint16_t kEscape16 = 0xffffU;

// The offset of the end record: the last position with its signature. Other readers search in the same direction but
// check less, so the caller refuses a file whose end record does not fit.
std::optional<std::uint64_t> find_end(const BinaryFile& file) {
  if (file.size_bytes() < kEndBytes) return std::nullopt;
  const std::uint64_t tail_bytes =
      std::min<std::uint64_t>(file.size_bytes(), kEndBytes + kMaxCommentBytes);
  std::string tail(static_cast<std::size_t>(tail_bytes), '\0');
  file.read_at(file.size_bytes() - tail_bytes, tail.data(), tail.size());
  for (std::size_t at = tail.size() - kEndBytes + 1; at-- > 0;) {
    if (little_u32(tail.data() + at) == kEndSignature) return file.size_bytes() - tail_bytes + at;
  }
  return std::nullopt;
}

// The directory as an end record describes it, and where that record begins.
struct EndRecord {
  ZipDirectory directory = {};
  std::uint64_t offset = 0;
};

EndRecord read_end(const BinaryFile& file, std::uint64_t offset) {
  char end[kEndBytes];
  file.read_at(offset, end, sizeof end);
  if (offset + kEndBytes + little_u16(end + 20) != file.size_bytes())
    throw_damaged_zip(file, "unused bytes follow its end record");
  if (little_u16(end + 4) != 0 || little_u16(end + 6) != 0 ||
      little_u16(end + 8) != little_u16(end + 10)) {
    throw_damaged_zip(file, "it spans several disks");
  }
  return {{little_u32(end + 16), little_u32(end + 12), little_u16(end + 10)}, offset};
}

// The ZIP64 end record before `end_offset`; nullopt if there is none.
std::optional<EndRecord> read_end64(const BinaryFile& file, std::uint64_t end_offset) {
  if (end_offset < kLocator64Bytes) return std::nullopt;
  char locator[kLocator64Bytes];
  const std::uint64_t locator_offset = end_offset - kLocator64Bytes;
  file.read_at(locator_offset, locator, sizeof locator);
  if (little_u32(locator) != kLocator64Signature) return std::nullopt;
  const std::uint64_t offset = little_u64(locator + 8);
  if (little_u32(locator + 4) != 0 || little_u32(locator + 16) > 1)
    throw_damaged_zip(file, "it spans several disks");
  if (locator_offset < kEnd64Bytes || offset > locator_offset - kEnd64Bytes) {
    throw_damaged_zip(file, "its ZIP64 end record lies outside the file");
  }
  char end64[kEnd64Bytes];
  file.read_at(offset, end64, sizeof end64);
  if (little_u32(end64) != kEnd64Signature ||
      little_u64(end64 + 4) != locator_offset - offset - 12) {
    throw_damaged_zip(file, "its ZIP64 end record is at the wrong offset");
  }
  if (little_u32(end64 + 16) != 0 || little_u32(end64 + 20) != 0 ||
      little_u64(end64 + 24) != little_u64(end64 + 32)) {
    throw_damaged_zip(file, "it spans several disks");
  }
  return EndRecord{{little_u64(end64 + 48), little_u64(end64 + 40), little_u64(end64 + 32)},
                   offset};
}

bool agrees(std::uint64_t wide, std::uint64_t narrow, std::uint64_t escape) {
  return narrow == escape || wide == narrow;
}

void require_agreement(const BinaryFile& file, const ZipDirectory& wide,
                       const ZipDirectory& narrow) {
  if (agrees(wide.offset, narrow.offset, kEscape32) &&
      agrees(wide.size_bytes, narrow.size_bytes, kEscape32) &&
      agrees(wide.count, narrow.count, kEscape16)) {
    return;
  }
  throw_damaged_zip(file, "its two end records contradict each other");
}

void require_room(const BinaryFile& file, const EndRecord& end) {
  const ZipDirectory& directory = end.directory;
  if (directory.size_bytes > end.offset || directory.offset != end.offset - directory.size_bytes)
    throw_damaged_zip(file, "its directory does not end where its end record begins");
  if (directory.count > kMaxRecords || directory.count > directory.size_bytes / kEntryBytes)
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
