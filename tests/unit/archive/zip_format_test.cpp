#include "tsctl/archive/zip_format.h"

#include <gtest/gtest.h>

namespace tsctl {
namespace {

template <typename Structure>
class ZipStructure : public testing::Test {};

using Structures = testing::Types<ZipLocalHeader, ZipEntry, ZipEnd64, ZipLocator64, ZipEnd>;
TYPED_TEST_SUITE(ZipStructure, Structures);

TYPED_TEST(ZipStructure, begins_with_its_signature_and_has_its_size) {
  std::string bytes;
  append_zip(bytes, TypeParam{});
  EXPECT_EQ(bytes.size(), TypeParam::kBytes);
  EXPECT_EQ(little_u32(bytes.data()), TypeParam::kSignature);
}

TYPED_TEST(ZipStructure, is_written_as_it_was_read) {
  std::string bytes;
  for (std::size_t i = 0; i < TypeParam::kBytes; ++i) bytes.push_back(static_cast<char>(i + 1));
  std::string written;
  append_zip(written, read_zip<TypeParam>(bytes));
  EXPECT_EQ(written, bytes);
}

TEST(ZipEntry, has_its_fields_where_zip_programs_look) {
  std::string bytes;
  append_zip(bytes, ZipEntry{.record = {.crc32 = 1, .stored_bytes = 2, .size_bytes = 3},
                             .header_offset = 4});
  EXPECT_EQ(little_u32(bytes.data() + 16), 1U);
  EXPECT_EQ(little_u32(bytes.data() + 20), 2U);
  EXPECT_EQ(little_u32(bytes.data() + 24), 3U);
  EXPECT_EQ(little_u32(bytes.data() + 42), 4U);
}

TEST(ZipExtraFields, are_taken_one_after_the_other) {
  std::string bytes;
  append_extra_field(bytes, {.id = kZipExtra64, .data = "12345678"});
  append_extra_field(bytes, {.id = 7, .data = ""});
  bytes.append("\x09\x00\x05\x00...", 7);  // claims five bytes and has three
  std::string_view extra = bytes;
  const auto first = take_extra_field(extra);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->id, kZipExtra64);
  EXPECT_EQ(first->data, "12345678");
  const auto second = take_extra_field(extra);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->id, 7);
  EXPECT_EQ(second->data, "");
  EXPECT_FALSE(take_extra_field(extra));
}

}  // namespace
}  // namespace tsctl
