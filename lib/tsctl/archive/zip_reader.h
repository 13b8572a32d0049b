#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tsctl/archive/binary_file.h"
#include "tsctl/archive/record_inflater.h"

namespace tsctl {

// A record, as the archive's directory describes it.
struct ZipRecord {
  std::string name = {};           // as stored: "model/data/0"
  std::uint64_t size_bytes = 0;    // of the content
  std::uint64_t stored_bytes = 0;  // in the file
  std::uint32_t crc32 = 0;         // of the content
  bool deflated = false;
  std::uint64_t header_offset = 0;  // of the record's local header
  std::uint64_t limit_offset = 0;   // start of the next record or of the directory
  std::size_t entry_offset = 0;     // of its directory entry, relative to the directory
  std::size_t entry_bytes = 0;
};

// Reads untrusted zip archives, including ZIP64. Opening reads the directory only. It refuses archives that two readers
// could interpret differently: duplicate names, overlapping records, trailing bytes, names that leave the folder,
// encryption. Allocations are bounded by the length of the file. Every failure is an Error{input} that names the file
// and, if known, the record.
class ZipReader {
 public:
  explicit ZipReader(const std::string& path);

  const std::string& path() const noexcept { return file_.path(); }
  std::uint64_t file_size_bytes() const noexcept { return file_.size_bytes(); }
  // In the order of the directory.
  const std::vector<ZipRecord>& records() const noexcept { return records_; }

  // The first path component that all names share ("model"), or "".
  const std::string& top_folder() const noexcept { return top_folder_; }

  // Both return null if there is no such record. find() takes the complete name, find_in_top() the name relative to the
  // top folder.
  const ZipRecord* find(std::string_view name) const;
  const ZipRecord* find_in_top(std::string_view name) const;
  // The record's name without the top folder.
  std::string_view relative_name(const ZipRecord& record) const;

  // The content, verified with its CRC-32. Throws for a record larger than `limit_bytes`.
  std::string read(const ZipRecord& record, std::uint64_t limit_bytes) const;
  // Reads a part of the content, without verification. Of a deflated record, all before it is read too: RecordReader
  // reads several parts of it in one pass.
  void read_part(const ZipRecord& record, std::uint64_t offset, void* target,
                 std::size_t size_bytes) const;

  // Whether the content matches its CRC-32. Memory use does not depend on the size.
  bool crc_matches(const ZipRecord& record) const;
  // Throws Error{input} that names the first record that does not match its CRC-32.
  void require_intact() const;

  // Counts what is read of tensors. Throws Error{input} if it is much more than the file has: tensors that overlap, or that
  // are compressed to almost nothing, would take any time.
  void spend_tensor_bytes(std::uint64_t size_bytes) const;

  std::uint64_t directory_offset() const noexcept { return directory_offset_; }
  std::string read_directory() const;  // its raw entries

 private:
  void require_disjoint();
  void find_top_folder();
  std::uint64_t content_offset(const ZipRecord& record) const;
  using Sink = std::function<void(const unsigned char*, std::size_t)>;
  void stream(const ZipRecord& record, const Sink& sink) const;
  void stream_deflated(const ZipRecord& record, std::uint64_t offset, const Sink& sink) const;
  std::uint32_t content_crc(const ZipRecord& record) const;
  friend class RecordReader;
  std::unique_ptr<RecordInflater> inflater(const ZipRecord& record, std::uint64_t offset) const;
  void require_inside(const ZipRecord& record, std::uint64_t offset,
                      std::uint64_t size_bytes) const;

  BinaryFile file_;
  std::uint64_t directory_offset_ = 0;
  std::uint64_t directory_bytes_ = 0;
  std::vector<ZipRecord> records_;
  std::unordered_map<std::string, std::size_t> index_;
  std::string top_folder_;
  mutable std::uint64_t tensor_bytes_ = 0;  // that were read, by all RecordReaders
};

// Reads parts of one record, without verification. Parts that follow each other take one pass, deflated or not.
class RecordReader {
 public:
  RecordReader(const ZipReader& zip, const ZipRecord& record) : zip_(zip), record_(record) {}
  // Throws Error{input} for a part outside of the record, and if all parts that were read of the file are together much
  // larger than it.
  void read(std::uint64_t offset, void* target, std::size_t size_bytes);

 private:
  void take(unsigned char* target, std::size_t size);

  const ZipReader& zip_;
  const ZipRecord& record_;
  std::unique_ptr<RecordInflater> inflater_ = {};
  std::uint64_t position_ = 0;
};

}  // namespace tsctl
