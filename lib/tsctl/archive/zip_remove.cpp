#include "tsctl/archive/zip_remove.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tsctl/archive/zip_directory.h"
#include "tsctl/archive/zip_reader.h"
#include "tsctl/archive/zip_write.h"
#include "tsctl/core/base/file_descriptor.h"

namespace tsctl {

namespace {

constexpr std::size_t kCopyBytes = std::size_t{1} << 20;
constexpr std::uint64_t kAlignment = 64;         // of a record's content in torch's files
constexpr std::uint16_t kExtraPadding = 0x4246;  // "FB": torch's padding before a content
constexpr std::size_t kFieldBytes = 4;           // the name and the length of an extra field
constexpr std::uint32_t kEscape32 = 0xffffffffU;

// The extra fields of a local header without torch's padding.
std::string without_padding(std::string_view extra) {
  std::string kept;
  while (extra.size() >= kFieldBytes) {
    const std::size_t size = kFieldBytes + little_u16(extra.data() + 2);
    if (size > extra.size()) break;
    if (little_u16(extra.data()) != kExtraPadding) kept += extra.substr(0, size);
    extra.remove_prefix(size);
  }
  return kept;
}

// A local header for the position `at`, with padding like torch's. It never ends behind `limit`, where the content is now.
std::string header_at(std::uint64_t at, const std::string& header, std::uint64_t limit) {
  const std::size_t name_bytes = little_u16(header.data() + 26);
  const std::size_t fixed = kLocalHeaderBytes + name_bytes;
  std::string extra = without_padding(std::string_view(header).substr(fixed));
  const std::uint64_t unpadded = at + fixed + extra.size() + kFieldBytes;
  const std::uint64_t aligned = (unpadded + kAlignment - 1) / kAlignment * kAlignment;
  if (aligned <= limit) {
    append_u16(extra, kExtraPadding);
    append_u16(extra, static_cast<std::uint16_t>(aligned - unpadded));
    extra.append(aligned - unpadded, 'Z');
  }
  std::string moved = header.substr(0, kLocalHeaderBytes - 2);
  append_u16(moved, static_cast<std::uint16_t>(extra.size()));
  return moved + header.substr(kLocalHeaderBytes, name_bytes) + extra;
}

void set_u32(std::string& bytes, std::size_t at, std::uint32_t value) {
  std::string text;
  append_u32(text, value);
  bytes.replace(at, text.size(), text);
}

// The directory entry of a record that moved to `offset`. Values above 32 bits are in the extra field, in a fixed order.
std::string moved_entry(std::string entry, std::uint64_t offset) {
  if (little_u32(entry.data() + 42) != kEscape32) {
    set_u32(entry, 42, static_cast<std::uint32_t>(offset));
    return entry;
  }
  std::size_t before = 0;  // the sizes that stand in front of the offset
  for (const std::size_t at : {20U, 24U}) before += little_u32(entry.data() + at) == kEscape32;
  std::size_t at = kEntryBytes + little_u16(entry.data() + 28);
  while (little_u16(entry.data() + at) != kExtra64)
    at += kFieldBytes + little_u16(entry.data() + at + 2);
  std::string text;
  append_u64(text, offset);
  return entry.replace(at + kFieldBytes + 8 * before, text.size(), text);
}

// An archive whose records move forward, one after another.
class Compaction {
 public:
  explicit Compaction(const std::string& path)
      : path_(path), from_(path), file_(::open(path.c_str(), O_WRONLY | O_CLOEXEC)) {
    if (!file_.valid()) throw_write_error(path, errno);
  }

  // Moves the record to the end of those that were moved, and returns its new offset.
  std::uint64_t move(const ZipRecord& record) {
    const std::uint64_t old = record.header_offset;
    if (old == end_) {  // nothing before it was removed
      end_ = record.limit_offset;
      return old;
    }
    std::string header(kLocalHeaderBytes, '\0');
    from_.read_at(old, header.data(), header.size());
    const std::size_t rest = little_u16(header.data() + 26) + little_u16(header.data() + 28);
    header.resize(kLocalHeaderBytes + rest);
    from_.read_at(old, header.data(), header.size());
    const std::uint64_t content = old + header.size();
    const std::uint64_t offset = end_;
    write(header_at(offset, header, content));
    copy(content, record.limit_offset);
    return offset;
  }

  std::uint64_t end() const noexcept { return end_; }

 private:
  void write(std::string_view bytes) {
    write_at(file_.get(), path_, end_, bytes);
    end_ += bytes.size();
  }

  // Always to a lower offset, so that nothing is overwritten before it is read.
  void copy(std::uint64_t from, std::uint64_t to) {
    std::string part(static_cast<std::size_t>(std::min<std::uint64_t>(to - from, kCopyBytes)),
                     '\0');
    while (from < to) {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(to - from, part.size()));
      from_.read_at(from, part.data(), size);
      write(std::string_view(part).substr(0, size));
      from += size;
    }
  }

  std::string path_;
  BinaryFile from_;
  FileDescriptor file_;
  std::uint64_t end_ = 0;
};

std::vector<std::size_t> in_file_order(const ZipReader& archive) {
  std::vector<std::size_t> order(archive.records().size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, {}, [&](std::size_t i) { return archive.records()[i].header_offset; });
  return order;
}

}  // namespace

void remove_records(const std::string& path, const std::set<std::string>& names) {
  const ZipReader archive(path);
  const std::vector<ZipRecord>& records = archive.records();
  if (std::ranges::none_of(records,
                           [&](const auto& record) { return names.contains(record.name); }))
    return;
  const std::string old_entries = archive.read_directory();
  std::vector<std::string> entries(records.size());  // in the order of the directory
  Compaction file(path);
  ZipDirectory directory;
  for (const std::size_t index : in_file_order(archive)) {
    const ZipRecord& record = records[index];
    if (names.contains(record.name)) continue;
    entries[index] =
        moved_entry(old_entries.substr(record.entry_offset, record.entry_bytes), file.move(record));
    ++directory.count;
  }
  std::string tail;
  for (const std::string& entry : entries) tail += entry;
  directory.offset = file.end();
  directory.size_bytes = tail.size();
  append_end(tail, directory);
  write_tail(path, directory.offset, tail);
}

}  // namespace tsctl
