#include "tsctl/archive/zip_append.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <new>
#include <string_view>

#include "tsctl/archive/zip_directory.h"
#include "tsctl/archive/zip_reader.h"
#include "tsctl/archive/zip_write.h"
#include "tsctl/core/base/error.h"

namespace tsctl {

namespace {

constexpr std::uint16_t kVersion20 = 20;       // plain zip
constexpr std::uint16_t kVersion45 = 45;       // ZIP64
constexpr std::uint16_t kFlagUtf8 = 1U << 11;  // names are UTF-8
constexpr std::uint16_t kFixedDate = 0x21;     // 1980-01-01, so that equal records give equal bytes
constexpr std::uint64_t kMaxRecordBytes = 0xfffffffeULL;
constexpr std::size_t kMaxNameBytes = 0xffff;
constexpr std::uint64_t kEscape32 = 0xffffffffULL;
constexpr std::size_t kLeastToCompress = 200;  // as in torch

std::uint32_t narrow32(std::uint64_t value) {
  return static_cast<std::uint32_t>(value < kEscape32 ? value : kEscape32);
}

constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;

// A content as it is stored.
struct Stored {
  std::string_view bytes = {};
  std::string deflated = {};  // empty if the content is stored as it is

  std::string_view in_file() const { return deflated.empty() ? bytes : std::string_view(deflated); }
};

// The raw stream of zlib. The same bytes give the same stream.
std::string deflate_all(std::string_view bytes) {
  z_stream deflater = {};
  if (deflateInit2(&deflater, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL,
                   Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
  std::string text(deflateBound(&deflater, static_cast<uLong>(bytes.size())), '\0');
  deflater.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  deflater.avail_in = static_cast<uInt>(bytes.size());
  deflater.next_out = reinterpret_cast<Bytef*>(text.data());
  deflater.avail_out = static_cast<uInt>(text.size());
  const int state = deflate(&deflater, Z_FINISH);
  text.resize(deflater.total_out);
  deflateEnd(&deflater);
  if (state != Z_STREAM_END) throw std::bad_alloc();
  return text;
}

// The fields that a record's local header and its directory entry share.
void append_common(std::string& target, const Stored& content, std::size_t name_bytes,
                   std::size_t extra_bytes) {
  append_u16(target, kFlagUtf8);
  append_u16(target, content.deflated.empty() ? kStored : kDeflated);
  append_u16(target, 0);
  append_u16(target, kFixedDate);
  append_u32(target, static_cast<std::uint32_t>(
                         crc32_z(0, reinterpret_cast<const unsigned char*>(content.bytes.data()),
                                 content.bytes.size())));
  append_u32(target, static_cast<std::uint32_t>(content.in_file().size()));
  append_u32(target, static_cast<std::uint32_t>(content.bytes.size()));
  append_u16(target, static_cast<std::uint16_t>(name_bytes));
  append_u16(target, static_cast<std::uint16_t>(extra_bytes));
}

void append_record(std::string& target, const std::string& name, const Stored& content) {
  append_u32(target, kLocalHeaderSignature);
  append_u16(target, kVersion20);
  append_common(target, content, name.size(), 0);
  target += name;
  target += content.in_file();
}

void append_entry(std::string& target, const std::string& name, const Stored& content,
                  std::uint64_t header_offset) {
  const bool wide = header_offset >= kEscape32;
  append_u32(target, kEntrySignature);
  append_u16(target, wide ? kVersion45 : kVersion20);  // made by
  append_u16(target, wide ? kVersion45 : kVersion20);  // needed to read
  append_common(target, content, name.size(), wide ? 12 : 0);
  append_u16(target, 0);  // comment
  append_u16(target, 0);  // disk
  append_u16(target, 0);  // internal attributes
  append_u32(target, 0);  // external attributes
  append_u32(target, narrow32(header_offset));
  target += name;
  if (!wide) return;
  append_u16(target, kExtra64);
  append_u16(target, 8);
  append_u64(target, header_offset);
}

// Maps complete names to contents. If a name repeats, the last record is used.
std::map<std::string, Stored> named_contents(const ZipReader& archive,
                                             const std::vector<NewRecord>& records) {
  std::map<std::string, Stored> contents;
  for (const NewRecord& record : records) {
    const std::string name = archive.top_folder() + "/" + record.name;
    if (!is_safe_record_name(record.name) || name.size() > kMaxNameBytes) {
      throw Error(ErrorKind::usage,
                  fmt::format("'{}' cannot be the name of a file inside an archive", record.name),
                  "use a relative name without '..' and backslashes, such as config.json");
    }
    if (record.bytes.size() > kMaxRecordBytes) {
      throw Error(ErrorKind::usage,
                  fmt::format("'{}' is too large: an archive holds files up to 4 GiB", record.name),
                  "keep it in a separate file");
    }
    const bool smaller = record.compress && record.bytes.size() > kLeastToCompress;
    contents[name] = {.bytes = record.bytes,
                      .deflated = smaller ? deflate_all(record.bytes) : std::string()};
  }
  return contents;
}

// Where to write: in place of the old directory, and of replaced records that lie directly before it.
std::uint64_t end_of_kept(const ZipReader& archive, const std::map<std::string, Stored>& contents) {
  std::uint64_t end = archive.directory_offset();
  const auto is_last = [&](const ZipRecord& record) {
    return record.limit_offset == end && record.header_offset < end &&
           contents.contains(record.name);
  };
  for (auto last = std::ranges::find_if(archive.records(), is_last);
       last != archive.records().end(); last = std::ranges::find_if(archive.records(), is_last))
    end = last->header_offset;
  return end;
}

}  // namespace

void append_records(const std::string& path, const std::vector<NewRecord>& records) {
  if (records.empty()) return;
  const ZipReader archive(path);
  if (archive.top_folder().empty()) {
    throw Error(
        ErrorKind::input,
        fmt::format("'{}' is not a TorchScript archive: its records have no common folder", path),
        "write it with torch.jit.save");
  }
  const auto contents = named_contents(archive, records);

  const std::uint64_t start = end_of_kept(archive, contents);
  std::string tail;
  std::string entries;
  ZipDirectory directory;
  const std::string old_entries = archive.read_directory();
  for (const ZipRecord& record : archive.records()) {
    if (contents.contains(record.name)) continue;
    entries.append(old_entries, record.entry_offset, record.entry_bytes);
    ++directory.count;
  }
  for (const auto& [name, content] : contents) {
    append_entry(entries, name, content, start + tail.size());
    append_record(tail, name, content);
    ++directory.count;
  }
  directory.offset = start + tail.size();
  directory.size_bytes = entries.size();
  tail += entries;
  append_end(tail, directory);
  write_tail(path, start, tail);
}

}  // namespace tsctl
