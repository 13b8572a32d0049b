#include "tsctl/archive/zip_append.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <cstdint>
#include <map>
#include <string_view>

#include "tsctl/archive/zip_directory.h"
#include "tsctl/archive/zip_reader.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/base/file_descriptor.h"

namespace tsctl {

namespace {

constexpr std::uint16_t kVersion20 = 20;       // plain zip
constexpr std::uint16_t kVersion45 = 45;       // ZIP64
constexpr std::uint16_t kFlagUtf8 = 1U << 11;  // names are UTF-8
constexpr std::uint16_t kFixedDate = 0x21;     // 1980-01-01, so that equal records give equal bytes
constexpr std::uint64_t kMaxRecordBytes = 0xfffffffeULL;
constexpr std::size_t kMaxNameBytes = 0xffff;
constexpr std::uint64_t kEscape32 = 0xffffffffULL;

std::uint32_t narrow32(std::uint64_t value) {
  return static_cast<std::uint32_t>(value < kEscape32 ? value : kEscape32);
}

// The fields that a record's local header and its directory entry share.
void append_common(std::string& target, std::string_view bytes, std::size_t name_bytes,
                   std::size_t extra_bytes) {
  append_u16(target, kFlagUtf8);
  append_u16(target, 0);  // stored
  append_u16(target, 0);
  append_u16(target, kFixedDate);
  append_u32(target, static_cast<std::uint32_t>(crc32_z(
                         0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size())));
  append_u32(target, static_cast<std::uint32_t>(bytes.size()));
  append_u32(target, static_cast<std::uint32_t>(bytes.size()));
  append_u16(target, static_cast<std::uint16_t>(name_bytes));
  append_u16(target, static_cast<std::uint16_t>(extra_bytes));
}

void append_record(std::string& target, const std::string& name, std::string_view bytes) {
  append_u32(target, kLocalHeaderSignature);
  append_u16(target, kVersion20);
  append_common(target, bytes, name.size(), 0);
  target += name;
  target += bytes;
}

void append_entry(std::string& target, const std::string& name, std::string_view bytes,
                  std::uint64_t header_offset) {
  const bool wide = header_offset >= kEscape32;
  append_u32(target, kEntrySignature);
  append_u16(target, wide ? kVersion45 : kVersion20);  // made by
  append_u16(target, wide ? kVersion45 : kVersion20);  // needed to read
  append_common(target, bytes, name.size(), wide ? 12 : 0);
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

// Both end records: torch writes the ZIP64 one for archives of any size too.
void append_end(std::string& target, const ZipDirectory& directory) {
  append_u32(target, kEnd64Signature);
  append_u64(target, kEnd64Bytes - 12);
  append_u16(target, kVersion45);
  append_u16(target, kVersion45);
  append_u32(target, 0);
  append_u32(target, 0);
  append_u64(target, directory.count);
  append_u64(target, directory.count);
  append_u64(target, directory.size_bytes);
  append_u64(target, directory.offset);
  append_u32(target, kLocator64Signature);
  append_u32(target, 0);
  append_u64(target, directory.offset + directory.size_bytes);
  append_u32(target, 1);
  append_u32(target, kEndSignature);
  append_u16(target, 0);
  append_u16(target, 0);
  const auto count =
      static_cast<std::uint16_t>(directory.count < 0xffffU ? directory.count : 0xffffU);
  append_u16(target, count);
  append_u16(target, count);
  append_u32(target, narrow32(directory.size_bytes));
  append_u32(target, narrow32(directory.offset));
  append_u16(target, 0);
}

void write_tail(const std::string& path, std::uint64_t offset, std::string_view bytes) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file.valid()) throw_write_error(path, errno);
  const std::uint64_t end = offset + bytes.size();
  while (!bytes.empty()) {
    const ssize_t written =
        ::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_write_error(path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  if (::ftruncate(file.get(), static_cast<off_t>(end)) != 0) throw_write_error(path, errno);
  // A network file system may report a full disk only at close().
  if (const int code = file.close(); code != 0) throw_write_error(path, code);
}

// Maps complete names to contents. If a name repeats, the last record is used.
std::map<std::string, std::string_view> named_contents(const ZipReader& archive,
                                                       const std::vector<NewRecord>& records) {
  std::map<std::string, std::string_view> contents;
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
    contents[name] = record.bytes;
  }
  return contents;
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

  std::string tail;
  std::string entries;
  ZipDirectory directory;
  const std::string old_entries = archive.read_directory();
  for (const ZipRecord& record : archive.records()) {
    if (contents.count(record.name) != 0) continue;
    entries.append(old_entries, record.entry_offset, record.entry_bytes);
    ++directory.count;
  }
  for (const auto& [name, bytes] : contents) {
    append_entry(entries, name, bytes, archive.directory_offset() + tail.size());
    append_record(tail, name, bytes);
    ++directory.count;
  }
  directory.offset = archive.directory_offset() + tail.size();
  directory.size_bytes = entries.size();
  tail += entries;
  append_end(tail, directory);
  write_tail(path, archive.directory_offset(), tail);
}

}  // namespace tsctl
