#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tsctl/archive/binary_file.h"

struct z_stream_s;  // of zlib

namespace tsctl {

// Reads the content of a deflated record from its beginning to its end, with little memory.
class RecordInflater {
 public:
  // `offset` is where the record's compressed bytes begin in the file; `name` is for messages.
  RecordInflater(const BinaryFile& file, std::string name, std::uint64_t offset,
                 std::uint64_t stored_bytes);
  ~RecordInflater();
  RecordInflater(const RecordInflater&) = delete;
  RecordInflater& operator=(const RecordInflater&) = delete;

  // Fills `target` with the next bytes and returns how many there are; fewer than `size` only at the end of the content.
  // Throws Error{input} if the compressed bytes are damaged.
  std::size_t read(unsigned char* target, std::size_t size);

  // Whether the content and the compressed bytes end here.
  bool is_over() const noexcept;

 private:
  const BinaryFile& file_;
  std::string name_;
  std::uint64_t offset_;
  std::uint64_t left_;  // compressed bytes that were not read yet
  std::vector<unsigned char> in_;
  std::unique_ptr<z_stream_s> inflater_;
  bool ended_ = false;
};

}  // namespace tsctl
