#include "tsctl/archive/zip_append.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <new>
#include <string_view>

#include "tsctl/archive/zip_directory.h"
#include "tsctl/archive/zip_format.h"
#include "tsctl/archive/zip_reader.h"
#include "tsctl/archive/zip_write.h"
#include "tsctl/core/base/error.h"

namespace tsctl {

namespace {

constexpr std::uint16_t kFixedDate = 0x21;  // 1980-01-01, so that equal records give equal bytes
constexpr std::uint64_t kMaxRecordBytes = 0xfffffffeULL;
constexpr std::size_t kMaxNameBytes = 0xffff;
constexpr std::size_t kLeastToCompress = 200;  // as in torch

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

std::uint32_t crc32_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

// What the record's local header and its directory entry have in common.
ZipRecordFields fields_of(const std::string& name, const Stored& content) {
  return {.flags = kZipFlagUtf8,
          .method = content.deflated.empty() ? kZipStored : kZipDeflated,
          .date = kFixedDate,
          .crc32 = crc32_of(content.bytes),
          .stored_bytes = static_cast<std::uint32_t>(content.in_file().size()),
          .size_bytes = static_cast<std::uint32_t>(content.bytes.size()),
          .name_bytes = static_cast<std::uint16_t>(name.size())};
}

void append_record(std::string& target, const std::string& name, const Stored& content) {
  append_zip(target, ZipLocalHeader{.record = fields_of(name, content)});
  target += name;
  target += content.in_file();
}

void append_entry(std::string& target, const std::string& name, const Stored& content,
                  std::uint64_t header_offset) {
  ZipEntry entry{.record = fields_of(name, content), .header_offset = zip_narrow32(header_offset)};
  std::string extra;
  if (entry.header_offset == kZipEscape32) {
    std::string offset;
    append_u64(offset, header_offset);
    append_extra_field(extra, {.id = kZipExtra64, .data = offset});
    entry.version_made_by = entry.record.version_needed = kZipVersion45;
    entry.record.extra_bytes = static_cast<std::uint16_t>(extra.size());
  }
  append_zip(target, entry);
  target += name;
  target += extra;
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
