#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>

#include "tsctl/core/base/error.h"

namespace tsctl {

// The path of a file in tests/fixtures/archives.
std::string archive_fixture(const std::string& name);

// The bytes of a file.
std::string bytes_of(const std::string& path);

// The archive's bytes with one bit of that record's content flipped.
std::string with_flipped_bit(const std::string& archive_path, const std::string& record);

// A file without a name that lives in memory as long as the object; the code under test opens it by its path.
class MemoryFile {
 public:
  explicit MemoryFile(const std::string& bytes = {});
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile();

  const std::string& path() const noexcept { return path_; }
  void replace(const std::string& bytes) const;

 private:
  int descriptor_ = -1;
  std::string path_;
};

// Wrong values in a record's headers.
struct ZipLies {
  std::string local_name = {};      // in the record's own header
  std::int64_t stored_bytes = -1;   // in the directory
  std::int64_t size_bytes = -1;     // in the directory
  std::int64_t header_offset = -1;  // in the directory
  std::int64_t crc32 = -1;          // in the directory
  std::uint16_t flags = 0;          // added to the directory's
  std::uint16_t method = 0;         // in the directory, when not 0
};

// Writes small zip archives byte by byte, wrong ones too.
class ZipBuilder {
 public:
  ZipBuilder& add(const std::string& name, const std::string& bytes, const ZipLies& lies = {});
  ZipBuilder& add_deflated(const std::string& name, const std::string& bytes,
                           const ZipLies& lies = {});
  // The archive; `claimed_count` stands in its end record instead of the number of records.
  std::string finish(int claimed_count = -1) const;

 private:
  ZipBuilder& add_record(const std::string& name, const std::string& content,
                         const std::string& stored, std::uint16_t method, const ZipLies& lies);

  std::string records_;
  std::string directory_;
  int count_ = 0;
};

// The Error{input} that `work` throws, as "WHAT | HINT". Fails the test if it throws none.
template <typename Work>
std::string input_error_of(Work&& work) {
  try {
    std::forward<Work>(work)();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input) << error.what();
    return std::string(error.what()) + " | " + error.hint();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

}  // namespace tsctl
