#include "tsctl/archive/zip_remove.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tsctl/archive/zip_directory.h"
#include "tsctl/archive/zip_format.h"
#include "tsctl/archive/zip_reader.h"
#include "tsctl/archive/zip_write.h"
#include "tsctl/core/base/file_descriptor.h"

namespace tsctl {

namespace {

constexpr std::size_t kCopyBytes = std::size_t{1} << 20;
constexpr std::uint64_t kAlignment = 64;         // of a record's content in torch's files
constexpr std::uint16_t kExtraPadding = 0x4246;  // "FB": torch's padding before a content

// The extra fields of a local header without torch's padding.
std::string without_padding(std::string_view extra) {
  std::string kept;
  while (const auto field = take_extra_field(extra)) {
    if (field->id != kExtraPadding) append_extra_field(kept, *field);
  }
  return kept;
}

// A local header, with its name and extra fields, for the position `at`. Its padding is like torch's. It never ends
// behind `limit`, where the content is now.
std::string header_at(std::uint64_t at, std::string_view header, std::uint64_t limit) {
  auto moved = read_zip<ZipLocalHeader>(header);
  const std::string_view name = header.substr(ZipLocalHeader::kBytes, moved.record.name_bytes);
  std::string extra = without_padding(header.substr(ZipLocalHeader::kBytes + name.size()));
  const std::uint64_t unpadded =
      at + ZipLocalHeader::kBytes + name.size() + extra.size() + ZipExtraField::kHeaderBytes;
  const std::uint64_t aligned = (unpadded + kAlignment - 1) / kAlignment * kAlignment;
  if (aligned <= limit) {
    const std::string padding(aligned - unpadded, 'Z');
    append_extra_field(extra, {.id = kExtraPadding, .data = padding});
  }
  moved.record.extra_bytes = static_cast<std::uint16_t>(extra.size());
  std::string bytes;
  append_zip(bytes, moved);
  return bytes.append(name).append(extra);
}

// The directory entry, with its name and extra fields, of a record that moved to `offset`. An offset that does not fit
// into 32 bits is in the extra field, behind the sizes that do not fit.
std::string moved_entry(std::string entry, std::uint64_t offset) {
  auto moved = read_zip<ZipEntry>(entry);
  if (moved.header_offset != kZipEscape32) {
    moved.header_offset = static_cast<std::uint32_t>(offset);
    std::string bytes;
    append_zip(bytes, moved);
    return entry.replace(0, bytes.size(), bytes);
  }
  std::string_view extra = entry;
  extra.remove_prefix(ZipEntry::kBytes + moved.record.name_bytes);
  auto field = take_extra_field(extra);  // ZipReader found it
  while (field->id != kZipExtra64) field = take_extra_field(extra);
  auto at = static_cast<std::size_t>(field->data.data() - entry.data());
  for (const std::uint32_t before : {moved.record.size_bytes, moved.record.stored_bytes}) {
    if (before == kZipEscape32) at += sizeof(std::uint64_t);
  }
  std::string bytes;
  append_u64(bytes, offset);
  return entry.replace(at, bytes.size(), bytes);
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
    const ZipRecordFields fields = read_zip<ZipLocalHeader>(from_, old).record;
    std::string header(ZipLocalHeader::kBytes + fields.name_bytes + fields.extra_bytes, '\0');
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
