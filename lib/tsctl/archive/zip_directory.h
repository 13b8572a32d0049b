#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tsctl/archive/binary_file.h"

namespace tsctl {

// The signatures and fixed sizes of zip structures (APPNOTE 6.3.10, sections 4.3.7 to 4.3.16).
inline constexpr std::uint32_t kLocalHeaderSignature = 0x04034b50;
inline constexpr std::uint32_t kEntrySignature = 0x02014b50;
inline constexpr std::uint32_t kEndSignature = 0x06054b50;
inline constexpr std::uint32_t kEnd64Signature = 0x06064b50;
inline constexpr std::uint32_t kLocator64Signature = 0x07064b50;
inline constexpr std::size_t kLocalHeaderBytes = 30;
inline constexpr std::size_t kEntryBytes = 46;
inline constexpr std::size_t kEndBytes = 22;
inline constexpr std::size_t kEnd64Bytes = 56;
inline constexpr std::size_t kLocator64Bytes = 20;
inline constexpr std::uint16_t kExtra64 = 0x0001;  // the extra field with 64-bit sizes and offsets

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
