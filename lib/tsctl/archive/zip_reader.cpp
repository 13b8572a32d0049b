#include "tsctl/archive/zip_reader.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <numeric>

#include "tsctl/archive/zip_directory.h"
#include "tsctl/archive/zip_format.h"
#include "tsctl/core/base/error.h"

namespace tsctl {

namespace {

// Small enough to stay in the L2 cache between copy and checksum.
constexpr std::size_t kChunkBytes = std::size_t{256} * 1024;
constexpr std::uint64_t kMaxDirectoryBytes = 256ULL << 20;
// zlib's documentation gives 1032:1 as the largest compression ratio of deflate.
constexpr std::uint64_t kMaxDeflateRatio = 1032;
// What is read of tensors, all together. A comparison reads each up to three times, and compressed weights are half as
// large at best.
constexpr std::uint64_t kMostTensorBytes = std::uint64_t{1} << 30;
constexpr std::uint64_t kMostTensorRatio = 100;
constexpr std::uint16_t kFlagsRefused =
    kZipFlagEncrypted | kZipFlagPatch | kZipFlagStrongEncryption | kZipFlagMasked;

// A name for messages, in quotes. Control characters, which a terminal would interpret, become question marks.
std::string quoted(std::string_view name) {
  std::string text = "'";
  for (const char c : name.substr(0, 200)) {
    text.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c);
  }
  return text + "'";
}

[[noreturn]] void throw_wrong_crc(const BinaryFile& file, const ZipRecord& record) {
  throw_damaged_zip(file, fmt::format("the content of record {} does not match its checksum",
                                      quoted(record.name)));
}

[[noreturn]] void throw_overlap(const BinaryFile& file, const ZipRecord& record) {
  throw_damaged_zip(file, fmt::format("record {} overlaps the next one", quoted(record.name)));
}

// Replaces the values that do not fit into 32 bits by those of the ZIP64 extra field.
void apply_extra64(const BinaryFile& file, ZipRecord& record, std::string_view extra) {
  std::array<std::uint64_t*, 3> wide{&record.size_bytes, &record.stored_bytes,
                                     &record.header_offset};
  const auto is_escape = [](const std::uint64_t* value) { return *value == kZipEscape32; };
  if (std::ranges::none_of(wide, is_escape)) return;
  while (const auto field = take_extra_field(extra)) {
    if (field->id != kZipExtra64) continue;
    std::string_view numbers = field->data;
    for (std::uint64_t* value : wide) {
      if (!is_escape(value) || numbers.size() < sizeof *value) continue;
      *value = little_u64(numbers.data());
      numbers.remove_prefix(sizeof *value);
    }
    return;
  }
  throw_damaged_zip(file, fmt::format("record {} lacks its 64-bit sizes", quoted(record.name)));
}

// Reads the entry at the start of `bytes`, which has at least ZipEntry::kBytes bytes.
ZipRecord read_entry(const BinaryFile& file, std::string_view bytes, std::size_t entry_offset) {
  const auto entry = read_zip<ZipEntry>(bytes);
  if (entry.signature != ZipEntry::kSignature)
    throw_damaged_zip(file, "its directory has an entry with a wrong signature");
  const ZipRecordFields& fields = entry.record;
  ZipRecord record;
  record.entry_offset = entry_offset;
  record.entry_bytes =
      ZipEntry::kBytes + fields.name_bytes + fields.extra_bytes + entry.comment_bytes;
  if (record.entry_bytes > bytes.size()) throw_damaged_zip(file, "its directory is truncated");
  record.name = bytes.substr(ZipEntry::kBytes, fields.name_bytes);
  if (!is_safe_record_name(record.name)) {
    throw_damaged_zip(file, fmt::format("the record name {} leaves the folder of the archive",
                                        quoted(record.name)));
  }
  if ((fields.flags & kFlagsRefused) != 0 ||
      (fields.method != kZipStored && fields.method != kZipDeflated)) {
    throw_damaged_zip(file, fmt::format("record {} is encrypted or uses an unknown compression",
                                        quoted(record.name)));
  }
  record.deflated = fields.method == kZipDeflated;
  record.crc32 = fields.crc32;
  record.stored_bytes = fields.stored_bytes;
  record.size_bytes = fields.size_bytes;
  record.header_offset = entry.header_offset;
  if (entry.disk != 0) throw_damaged_zip(file, "it spans several disks");
  apply_extra64(file, record,
                bytes.substr(ZipEntry::kBytes + fields.name_bytes, fields.extra_bytes));
  return record;
}

void require_possible_size(const BinaryFile& file, const ZipRecord& record) {
  const bool possible = record.deflated
                            ? record.size_bytes / kMaxDeflateRatio <= record.stored_bytes
                            : record.size_bytes == record.stored_bytes;
  if (!possible || record.stored_bytes > file.size_bytes()) {
    throw_damaged_zip(file,
                      fmt::format("record {} claims {} bytes, which {} stored bytes cannot hold",
                                  quoted(record.name), record.size_bytes, record.stored_bytes));
  }
}

}  // namespace

ZipReader::ZipReader(const std::string& path) : file_(path) {
  const ZipDirectory directory = find_zip_directory(file_);
  if (directory.size_bytes > kMaxDirectoryBytes)
    throw_damaged_zip(file_, fmt::format("its directory claims {} bytes", directory.size_bytes));
  directory_offset_ = directory.offset;
  directory_bytes_ = directory.size_bytes;
  const std::string bytes = read_directory();
  records_.reserve(static_cast<std::size_t>(directory.count));
  std::string_view rest = bytes;
  for (std::uint64_t i = 0; i < directory.count; ++i) {
    if (rest.size() < ZipEntry::kBytes) throw_damaged_zip(file_, "its directory is truncated");
    records_.push_back(read_entry(file_, rest, bytes.size() - rest.size()));
    const ZipRecord& record = records_.back();
    require_possible_size(file_, record);
    if (!index_.emplace(record.name, records_.size() - 1).second) {
      throw_damaged_zip(file_, fmt::format("it has two records called {}", quoted(record.name)));
    }
    rest.remove_prefix(record.entry_bytes);
  }
  if (!rest.empty()) throw_damaged_zip(file_, "its directory has more bytes than its entries");
  require_disjoint();
  find_top_folder();
}

void ZipReader::require_disjoint() {
  std::vector<std::size_t> order(records_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [this](std::size_t a, std::size_t b) {
    return records_[a].header_offset < records_[b].header_offset;
  });
  for (std::size_t i = 0; i < order.size(); ++i) {
    ZipRecord& record = records_[order[i]];
    record.limit_offset =
        i + 1 < order.size() ? records_[order[i + 1]].header_offset : directory_offset_;
    // The local header also has an extra field; content_offset() checks its length.
    const std::uint64_t min_bytes =
        ZipLocalHeader::kBytes + record.name.size() + record.stored_bytes;
    if (record.limit_offset > directory_offset_ || record.header_offset > record.limit_offset ||
        record.limit_offset - record.header_offset < min_bytes) {
      throw_overlap(file_, record);
    }
  }
}

void ZipReader::find_top_folder() {
  for (const ZipRecord& record : records_) {
    const std::size_t slash = record.name.find('/');
    const std::string_view first = std::string_view(record.name).substr(0, slash);
    if (slash == std::string::npos || (!top_folder_.empty() && first != top_folder_)) {
      top_folder_.clear();
      return;
    }
    top_folder_ = first;
  }
}

std::string ZipReader::read_directory() const {
  std::string bytes(static_cast<std::size_t>(directory_bytes_), '\0');
  file_.read_at(directory_offset_, bytes.data(), bytes.size());
  return bytes;
}

const ZipRecord* ZipReader::find(std::string_view name) const {
  const auto found = index_.find(std::string(name));
  return found == index_.end() ? nullptr : &records_[found->second];
}

const ZipRecord* ZipReader::find_in_top(std::string_view name) const {
  return top_folder_.empty() ? find(name) : find(top_folder_ + "/" + std::string(name));
}

std::string_view ZipReader::relative_name(const ZipRecord& record) const {
  const std::string_view name = record.name;
  return top_folder_.empty() ? name : name.substr(top_folder_.size() + 1);
}

std::uint64_t ZipReader::content_offset(const ZipRecord& record) const {
  const auto header = read_zip<ZipLocalHeader>(file_, record.header_offset);
  const ZipRecordFields& fields = header.record;
  const std::uint64_t name_offset = record.header_offset + ZipLocalHeader::kBytes;
  const bool matches = header.signature == ZipLocalHeader::kSignature &&
                       (fields.flags & kFlagsRefused) == 0 &&
                       fields.method == (record.deflated ? kZipDeflated : kZipStored) &&
                       fields.name_bytes == record.name.size();
  std::string name(matches ? fields.name_bytes : 0, '\0');
  if (matches) file_.read_at(name_offset, name.data(), name.size());
  if (!matches || name != record.name) {
    throw_damaged_zip(file_, fmt::format("the header of record {} contradicts the directory",
                                         quoted(record.name)));
  }
  // Torch writes zeros here and the sizes after the content; other writers put the sizes here.
  const bool sizes_follow = (fields.flags & kZipFlagSizesFollow) != 0;
  const auto agrees = [sizes_follow](std::uint32_t here, std::uint64_t there) {
    return here == there || here == kZipEscape32 || (sizes_follow && here == 0);
  };
  if (!agrees(fields.crc32, record.crc32) || !agrees(fields.stored_bytes, record.stored_bytes) ||
      !agrees(fields.size_bytes, record.size_bytes)) {
    throw_damaged_zip(file_,
                      fmt::format("the sizes in the header of record {} contradict the directory",
                                  quoted(record.name)));
  }
  const std::uint64_t offset = name_offset + fields.name_bytes + fields.extra_bytes;
  if (offset > record.limit_offset || record.limit_offset - offset < record.stored_bytes)
    throw_overlap(file_, record);
  return offset;
}

void ZipReader::stream(const ZipRecord& record, const Sink& sink) const {
  std::uint64_t offset = content_offset(record);
  if (record.deflated) {
    stream_deflated(record, offset, sink);
    return;
  }
  std::vector<unsigned char> chunk(
      static_cast<std::size_t>(std::min<std::uint64_t>(record.size_bytes, kChunkBytes)));
  for (std::uint64_t left = record.size_bytes; left > 0;) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, chunk.size()));
    file_.read_at(offset, chunk.data(), size);
    sink(chunk.data(), size);
    offset += size;
    left -= size;
  }
}

std::unique_ptr<RecordInflater> ZipReader::inflater(const ZipRecord& record,
                                                    std::uint64_t offset) const {
  return std::make_unique<RecordInflater>(file_, quoted(record.name), offset, record.stored_bytes);
}

void ZipReader::stream_deflated(const ZipRecord& record, std::uint64_t offset,
                                const Sink& sink) const {
  const std::unique_ptr<RecordInflater> content = inflater(record, offset);
  std::vector<unsigned char> out(kChunkBytes);
  std::uint64_t produced = 0;
  while (const std::size_t size = content->read(out.data(), out.size())) {
    produced += size;
    if (produced > record.size_bytes) break;
    sink(out.data(), size);
  }
  if (produced != record.size_bytes || !content->is_over()) {
    throw_damaged_zip(
        file_, fmt::format("the compressed content of record {} is damaged", quoted(record.name)));
  }
}

std::string ZipReader::read(const ZipRecord& record, std::uint64_t limit_bytes) const {
  if (record.size_bytes > limit_bytes) {
    throw Error(ErrorKind::input,
                fmt::format("record {} of '{}' has {} bytes; the limit is {}", quoted(record.name),
                            path(), record.size_bytes, limit_bytes));
  }
  std::string content;
  content.reserve(static_cast<std::size_t>(record.size_bytes));
  stream(record, [&content](const unsigned char* bytes, std::size_t size) {
    content.append(reinterpret_cast<const char*>(bytes), size);
  });
  const auto* bytes = reinterpret_cast<const unsigned char*>(content.data());
  if (crc32_z(0, bytes, content.size()) != record.crc32) throw_wrong_crc(file_, record);
  return content;
}

void ZipReader::read_part(const ZipRecord& record, std::uint64_t offset, void* target,
                          std::size_t size_bytes) const {
  if (record.deflated) return RecordReader(*this, record).read(offset, target, size_bytes);
  require_inside(record, offset, size_bytes);
  file_.read_at(content_offset(record) + offset, target, size_bytes);
}

void ZipReader::require_inside(const ZipRecord& record, std::uint64_t offset,
                               std::uint64_t size_bytes) const {
  if (offset > record.size_bytes || size_bytes > record.size_bytes - offset) {
    throw_damaged_zip(file_,
                      fmt::format("record {} is too short for its tensor", quoted(record.name)));
  }
}

void RecordReader::read(std::uint64_t offset, void* target, std::size_t size_bytes) {
  zip_.spend_tensor_bytes(size_bytes);
  if (!record_.deflated) return zip_.read_part(record_, offset, target, size_bytes);
  zip_.require_inside(record_, offset, size_bytes);
  if (inflater_ == nullptr || offset < position_) {
    inflater_ = zip_.inflater(record_, zip_.content_offset(record_));
    position_ = 0;
  }
  std::vector<unsigned char> skipped(
      static_cast<std::size_t>(std::min<std::uint64_t>(offset - position_, kChunkBytes)));
  zip_.spend_tensor_bytes(offset - position_);
  while (position_ < offset) {
    take(skipped.data(),
         static_cast<std::size_t>(std::min<std::uint64_t>(offset - position_, skipped.size())));
  }
  take(static_cast<unsigned char*>(target), size_bytes);
}

void RecordReader::take(unsigned char* target, std::size_t size) {
  if (inflater_->read(target, size) != size) {
    throw_damaged_zip(zip_.file_, fmt::format("the compressed content of record {} is damaged",
                                              quoted(record_.name)));
  }
  position_ += size;
}

void ZipReader::spend_tensor_bytes(std::uint64_t size_bytes) const {
  tensor_bytes_ += size_bytes;
  const std::uint64_t limit = kMostTensorBytes + kMostTensorRatio * file_.size_bytes();
  if (tensor_bytes_ <= limit) return;
  throw Error(ErrorKind::input,
              fmt::format("'{}' is too complex to be read safely: its tensors overlap or are "
                          "compressed so that reading them needs more than the limit of {} MiB",
                          path(), limit >> 20),
              "no model needs that: the file was made to exhaust its reader; get it from its "
              "source again");
}

std::uint32_t ZipReader::content_crc(const ZipRecord& record) const {
  uLong crc = 0;
  stream(record,
         [&crc](const unsigned char* bytes, std::size_t size) { crc = crc32_z(crc, bytes, size); });
  return static_cast<std::uint32_t>(crc);
}

bool ZipReader::crc_matches(const ZipRecord& record) const {
  return content_crc(record) == record.crc32;
}

void ZipReader::require_intact() const {
  for (const ZipRecord& record : records_) {
    if (!crc_matches(record)) throw_wrong_crc(file_, record);
  }
}

}  // namespace tsctl
