#include "tsctl/archive/zip_reader.h"

#include "archive_files.h"

namespace tsctl {

namespace {

std::string refusal_of(const std::string& archive) {
  const MemoryFile file(archive);
  std::string message = input_error_of([&file] { const ZipReader reader(file.path()); });
  const std::size_t at = message.find("archive: ");
  return at == std::string::npos ? message : message.substr(at + 9, message.find(" | ") - at - 9);
}

TEST(ZipReader, reads_stored_and_deflated_records) {
  const std::string text(5000, 'a');
  const MemoryFile file(
      ZipBuilder().add("m/data/0", "weights").add_deflated("m/code/x.py", text).finish());
  const ZipReader reader(file.path());
  ASSERT_EQ(reader.records().size(), 2U);
  EXPECT_EQ(reader.top_folder(), "m");
  EXPECT_EQ(reader.read(*reader.find("m/data/0"), 100), "weights");
  EXPECT_EQ(reader.read(*reader.find_in_top("code/x.py"), 5000), text);
  EXPECT_TRUE(reader.find_in_top("code/x.py")->deflated);
  EXPECT_LT(reader.find_in_top("code/x.py")->stored_bytes, 100U);
  EXPECT_EQ(reader.find("m/data/1"), nullptr);
  reader.require_intact();
}

TEST(ZipReader, reads_what_torch_wrote_with_64_bit_records) {
  const ZipReader reader(archive_fixture("mlp_traced.pt"));
  EXPECT_EQ(reader.top_folder(), "mlp_traced");
  EXPECT_EQ(reader.read(*reader.find_in_top("version"), 64), "3\n");
  EXPECT_EQ(reader.read(*reader.find_in_top("extra/config.json"), 64), "{\"size\": 8}");
  EXPECT_EQ(reader.find_in_top("data/0")->size_bytes, 128U);
  reader.require_intact();
}

TEST(ZipReader, reads_a_part_of_a_stored_record) {
  const MemoryFile file(ZipBuilder().add("m/a", "0123456789").finish());
  const ZipReader reader(file.path());
  char part[3];
  reader.read_part(*reader.find("m/a"), 4, part, 3);
  EXPECT_EQ(std::string(part, 3), "456");
  EXPECT_NE(input_error_of([&] { reader.read_part(*reader.find("m/a"), 8, part, 3); }), "");
}

TEST(ZipReader, reads_an_archive_without_records) {
  const MemoryFile file(ZipBuilder().finish());
  EXPECT_TRUE(ZipReader(file.path()).records().empty());
}

TEST(ZipReader, finds_a_flipped_bit_by_the_checksum) {
  std::string archive = ZipBuilder().add("m/a", "good").add("m/b", "fine").finish();
  archive[archive.find("fine")] ^= 1;
  const MemoryFile file(archive);
  const ZipReader reader(file.path());
  EXPECT_TRUE(reader.crc_matches(*reader.find("m/a")));
  EXPECT_FALSE(reader.crc_matches(*reader.find("m/b")));
  EXPECT_NE(input_error_of([&reader] {
              reader.require_intact();
            }).find("the content of record 'm/b' does not match its checksum"),
            std::string::npos);
}

TEST(ZipReader, does_not_read_more_than_it_was_allowed) {
  const MemoryFile file(ZipBuilder().add("m/a", "12345").finish());
  const ZipReader reader(file.path());
  EXPECT_NE(input_error_of([&] {
              reader.read(*reader.find("m/a"), 4);
            }).find("has 5 bytes; the limit is 4"),
            std::string::npos);
}

TEST(ZipReader, refuses_two_records_of_one_name) {
  EXPECT_EQ(refusal_of(ZipBuilder().add("m/a", "1").add("m/a", "2").finish()),
            "it has two records called 'm/a'");
}

TEST(ZipReader, refuses_names_that_leave_the_folder) {
  for (const char* name : {"/etc/passwd", "m/../../x", "..", "m\\x", "./m"}) {
    EXPECT_NE(refusal_of(ZipBuilder().add(name, "1").finish()).find("leaves the folder"),
              std::string::npos)
        << name;
  }
  EXPECT_NE(refusal_of(ZipBuilder().add("", "1").finish()).find("name ''"), std::string::npos);
}

TEST(ZipReader, refuses_records_that_overlap) {
  ZipLies at_begin;
  at_begin.header_offset = 0;
  EXPECT_EQ(refusal_of(ZipBuilder().add("m/a", "1").add("m/b", "2", at_begin).finish()),
            "record 'm/a' overlaps the next one");
  ZipLies too_long;
  too_long.stored_bytes = too_long.size_bytes = 40;
  EXPECT_EQ(refusal_of(ZipBuilder().add("m/a", "1", too_long).add("m/b", "2").finish()),
            "record 'm/a' overlaps the next one");
  ZipLies in_directory;
  in_directory.header_offset = 100;
  EXPECT_EQ(refusal_of(ZipBuilder().add("m/a", "1", in_directory).finish()),
            "record 'm/a' overlaps the next one");
}

TEST(ZipReader, refuses_sizes_that_the_file_cannot_hold) {
  ZipLies huge;
  huge.size_bytes = 4'000'000'000;
  EXPECT_EQ(refusal_of(ZipBuilder().add_deflated("m/a", "1", huge).finish()),
            "record 'm/a' claims 4000000000 bytes, which 3 stored bytes cannot hold");
  EXPECT_EQ(refusal_of(ZipBuilder().add("m/a", "1", huge).finish()),
            "record 'm/a' claims 4000000000 bytes, which 1 stored bytes cannot hold");
}

TEST(ZipReader, refuses_wrong_numbers_of_records) {
  const ZipBuilder builder = ZipBuilder().add("m/a", "1");
  EXPECT_EQ(refusal_of(builder.finish(60000)), "its directory claims 60000 records");
  EXPECT_EQ(refusal_of(builder.finish(0)), "its directory has more bytes than its entries");
}

TEST(ZipReader, refuses_encryption_and_unknown_compression) {
  ZipLies encrypted;
  encrypted.flags = 1;
  EXPECT_EQ(refusal_of(ZipBuilder().add("m/a", "1", encrypted).finish()),
            "record 'm/a' is encrypted or uses an unknown compression");
  ZipLies squeezed;
  squeezed.method = 12;
  EXPECT_EQ(refusal_of(ZipBuilder().add("m/a", "1", squeezed).finish()),
            "record 'm/a' is encrypted or uses an unknown compression");
}

TEST(ZipReader, refuses_bytes_behind_the_end) {
  EXPECT_EQ(refusal_of(ZipBuilder().add("m/a", "1").finish() + "hidden"),
            "unused bytes follow its end record");
}

TEST(ZipReader, refuses_a_header_that_contradicts_the_directory) {
  ZipLies other_name;
  other_name.local_name = "m/b";
  const MemoryFile file(ZipBuilder().add("m/a", "1", other_name).finish());
  const ZipReader reader(file.path());
  EXPECT_NE(input_error_of([&] {
              reader.read(*reader.find("m/a"), 10);
            }).find("contradicts the directory"),
            std::string::npos);
}

TEST(ZipReader, refuses_compressed_content_of_another_length) {
  for (const int size : {4, 6}) {
    ZipLies wrong;
    wrong.size_bytes = size;
    const MemoryFile file(ZipBuilder().add_deflated("m/a", "12345", wrong).finish());
    const ZipReader reader(file.path());
    EXPECT_NE(input_error_of([&] { reader.read(*reader.find("m/a"), 10); }).find("is damaged"),
              std::string::npos)
        << size;
  }
}

TEST(ZipReader, says_how_long_a_truncated_file_is) {
  const MemoryFile file(ZipBuilder().add("m/a", "1").finish().substr(0, 40));
  EXPECT_NE(input_error_of([&file] {
              const ZipReader reader(file.path());
            }).find("is truncated: 40 bytes of a zip archive without its end record"),
            std::string::npos);
}

}  // namespace

}  // namespace tsctl
