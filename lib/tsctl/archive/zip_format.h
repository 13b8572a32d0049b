#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tsctl/archive/binary_file.h"

namespace tsctl {

// The structures of a zip archive, with their fields in the order of the file. The numbers are sections of PKWARE's
// APPNOTE.TXT 6.3.10. A record is called a file there, and its entry in the directory a central directory header.

// 4.4.3: the version of the format that a reader needs.
inline constexpr std::uint16_t kZipVersion20 = 20;  // plain zip
inline constexpr std::uint16_t kZipVersion45 = 45;  // ZIP64

// 4.4.4: bits of the flags.
inline constexpr std::uint16_t kZipFlagEncrypted = 1U << 0;
inline constexpr std::uint16_t kZipFlagSizesFollow = 1U << 3;  // the sizes follow the content
inline constexpr std::uint16_t kZipFlagPatch = 1U << 5;
inline constexpr std::uint16_t kZipFlagStrongEncryption = 1U << 6;
inline constexpr std::uint16_t kZipFlagUtf8 = 1U << 11;  // names are UTF-8
inline constexpr std::uint16_t kZipFlagMasked = 1U << 13;

// 4.4.5: how a content is stored.
inline constexpr std::uint16_t kZipStored = 0;
inline constexpr std::uint16_t kZipDeflated = 8;

// 4.4.1.4: these values stand for a number that is too large for its field. ZIP64 has the number in another place.
inline constexpr std::uint16_t kZipEscape16 = 0xffffU;
inline constexpr std::uint32_t kZipEscape32 = 0xffffffffU;

constexpr std::uint16_t zip_narrow16(std::uint64_t value) {
  return value < kZipEscape16 ? static_cast<std::uint16_t>(value) : kZipEscape16;
}
constexpr std::uint32_t zip_narrow32(std::uint64_t value) {
  return value < kZipEscape32 ? static_cast<std::uint32_t>(value) : kZipEscape32;
}

// What a record's local header and its directory entry have in common.
struct ZipRecordFields {
  std::uint16_t version_needed = kZipVersion20;
  std::uint16_t flags = 0;
  std::uint16_t method = kZipStored;
  std::uint16_t time = 0;
  std::uint16_t date = 0;
  std::uint32_t crc32 = 0;         // of the content
  std::uint32_t stored_bytes = 0;  // of the content in the file
  std::uint32_t size_bytes = 0;    // of the content
  std::uint16_t name_bytes = 0;
  std::uint16_t extra_bytes = 0;
};

// 4.3.7. The name, the extra fields and the content follow.
struct ZipLocalHeader {
  static constexpr std::size_t kBytes = 30;
  static constexpr std::uint32_t kSignature = 0x04034b50;

  std::uint32_t signature = kSignature;
  ZipRecordFields record = {};
};

// 4.3.12. The name, the extra fields and the comment follow.
struct ZipEntry {
  static constexpr std::size_t kBytes = 46;
  static constexpr std::uint32_t kSignature = 0x02014b50;

  std::uint32_t signature = kSignature;
  std::uint16_t version_made_by = kZipVersion20;
  ZipRecordFields record = {};
  std::uint16_t comment_bytes = 0;
  std::uint16_t disk = 0;
  std::uint16_t internal_attributes = 0;
  std::uint32_t external_attributes = 0;
  std::uint32_t header_offset = 0;  // of the local header
};

// 4.3.14: the end record of ZIP64.
struct ZipEnd64 {
  static constexpr std::size_t kBytes = 56;
  static constexpr std::uint32_t kSignature = 0x06064b50;
  static constexpr std::size_t kUncountedBytes = 12;  // the signature and `following_bytes`

  std::uint32_t signature = kSignature;
  std::uint64_t following_bytes = kBytes - kUncountedBytes;
  std::uint16_t version_made_by = kZipVersion45;
  std::uint16_t version_needed = kZipVersion45;
  std::uint32_t disk = 0;
  std::uint32_t directory_disk = 0;
  std::uint64_t count_on_disk = 0;
  std::uint64_t count = 0;  // of entries
  std::uint64_t directory_bytes = 0;
  std::uint64_t directory_offset = 0;
};

// 4.3.15: says where the end record of ZIP64 is.
struct ZipLocator64 {
  static constexpr std::size_t kBytes = 20;
  static constexpr std::uint32_t kSignature = 0x07064b50;

  std::uint32_t signature = kSignature;
  std::uint32_t end_disk = 0;
  std::uint64_t end_offset = 0;
  std::uint32_t disks = 1;
};

// 4.3.16: the end record. A comment follows.
struct ZipEnd {
  static constexpr std::size_t kBytes = 22;
  static constexpr std::uint32_t kSignature = 0x06054b50;
  static constexpr std::size_t kMaxCommentBytes = 65535;

  std::uint32_t signature = kSignature;
  std::uint16_t disk = 0;
  std::uint16_t directory_disk = 0;
  std::uint16_t count_on_disk = 0;
  std::uint16_t count = 0;  // of entries
  std::uint32_t directory_bytes = 0;
  std::uint32_t directory_offset = 0;
  std::uint16_t comment_bytes = 0;
};

// For the structures above that have a signature, which these functions do not check.
// `bytes` has at least Structure::kBytes bytes.
template <typename Structure>
Structure read_zip(std::string_view bytes);

// Throws Error{input} if the file ends before.
template <typename Structure>
Structure read_zip(const BinaryFile& file, std::uint64_t offset) {
  char bytes[Structure::kBytes];
  file.read_at(offset, bytes, sizeof bytes);
  return read_zip<Structure>(std::string_view(bytes, sizeof bytes));
}

template <typename Structure>
void append_zip(std::string& target, const Structure& structure);

// 4.5.1: an extra field of a record.
struct ZipExtraField {
  static constexpr std::size_t kHeaderBytes = 4;  // before the data: the id and the length

  std::uint16_t id = 0;
  std::string_view data = {};
};
// 4.5.3: has the numbers that are too large for a directory entry, 8 bytes each: the size of the content, its stored size
// and the offset of the local header. A number that fits into the entry is left out.
inline constexpr std::uint16_t kZipExtra64 = 0x0001;

// Removes the first field from `extra` and returns it; nullopt at the end, and for a field that is longer than the rest.
std::optional<ZipExtraField> take_extra_field(std::string_view& extra);

void append_extra_field(std::string& target, const ZipExtraField& field);

}  // namespace tsctl
