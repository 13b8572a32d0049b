#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tsctl/archive/binary_file.h"

namespace tsctl {

// The position of an archive's central directory.
struct ZipDirectory {
  std::uint64_t offset = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t count = 0;  // number of entries
};

// Finds the directory from the end of the file. Throws Error{input} if the file has no end record ("truncated"), or
// if its end records contradict each other or the file's length.
ZipDirectory find_zip_directory(const BinaryFile& file);

// Whether the file has an end record.
bool has_zip_end(const BinaryFile& file);

// Whether `name` is a safe record name: relative, without "..", backslashes and zero bytes.
bool is_safe_record_name(std::string_view name);

// Throws Error{input} that names the file and what is wrong with it.
[[noreturn]] void throw_damaged_zip(const BinaryFile& file, const std::string& why);

}  // namespace tsctl
