#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tsctl/archive/binary_file.h"

namespace tsctl {

// A record as the archive's directory describes it.
struct ZipRecord {
  std::string name = {};           // as stored: "model/data/0"
  std::uint64_t size_bytes = 0;    // of the content
  std::uint64_t stored_bytes = 0;  // in the file
  std::uint32_t crc32 = 0;         // of the content, as the directory says
  bool deflated = false;
  std::uint64_t header_offset = 0;  // of the record's own header
  std::uint64_t limit_offset = 0;   // where the next record, or the directory, begins
  std::size_t entry_offset = 0;     // of its directory entry, from the directory's begin
  std::size_t entry_bytes = 0;
};

// Reads zip archives, ZIP64 included, that nobody vouches for: opening looks at the directory only, whatever the
// file's size, and refuses what two readers could understand differently (duplicate names, overlapping records,
// bytes behind the end, names that leave the folder, encryption). Nothing is allocated beyond what the file's own
// length can hold. Every failure is an Error{input} that names the file and, where there is one, the record.
class ZipReader {
 public:
  explicit ZipReader(const std::string& path);

  const std::string& path() const noexcept { return file_.path(); }
  std::uint64_t file_size_bytes() const noexcept { return file_.size_bytes(); }
  const std::vector<ZipRecord>& records() const noexcept {
    return records_;
  }  // in the directory's order

  // The first component that all names share ("model"), or "" if they share none.
  const std::string& top_folder() const noexcept { return top_folder_; }

  // Null if there is none. `name` is complete, or relative to the top folder.
  const ZipRecord* find(std::string_view name) const;
  const ZipRecord* find_in_top(std::string_view name) const;
  // The record's name without the top folder.
  std::string_view relative_name(const ZipRecord& record) const;

  // The content, checked against its CRC-32. A record larger than `limit_bytes` is an error.
  std::string read(const ZipRecord& record, std::uint64_t limit_bytes) const;
  // A part of the content of a record that is stored, not deflated.
  void read_part(const ZipRecord& record, std::uint64_t offset, void* target,
                 std::size_t size_bytes) const;

  // Whether the content has the CRC-32 that the directory says. Memory does not depend on the size.
  bool crc_matches(const ZipRecord& record) const;
  // Throws Error{input} naming the first record whose content is damaged.
  void require_intact() const;

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

  BinaryFile file_;
  std::uint64_t directory_offset_ = 0;
  std::uint64_t directory_bytes_ = 0;
  std::vector<ZipRecord> records_;
  std::unordered_map<std::string, std::size_t> index_;
  std::string top_folder_;
};

}  // namespace tsctl
