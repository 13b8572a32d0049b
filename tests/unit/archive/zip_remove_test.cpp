#include "tsctl/archive/zip_remove.h"

#include "archive_files.h"
#include "tsctl/archive/binary_file.h"
#include "tsctl/archive/zip_format.h"
#include "tsctl/archive/zip_reader.h"

namespace tsctl {

namespace {

// Where a record's content begins in the file.
std::size_t content_offset(const std::string& bytes, const ZipRecord& record) {
  const auto header =
      read_zip<ZipLocalHeader>(std::string_view(bytes).substr(record.header_offset));
  return record.header_offset + ZipLocalHeader::kBytes + header.record.name_bytes +
         header.record.extra_bytes;
}

TEST(ZipRemove, moves_the_records_behind_and_keeps_their_contents) {
  const MemoryFile file(bytes_of(archive_fixture("mlp_traced.pt")));
  const ZipReader before(file.path());
  const std::string removed = before.records().front().name;
  remove_records(file.path(), {removed, "no/such/record"});
  const ZipReader after(file.path());
  EXPECT_EQ(after.records().size(), before.records().size() - 1);
  EXPECT_EQ(after.find(removed), nullptr);
  EXPECT_LT(after.file_size_bytes(), before.file_size_bytes());
  after.require_intact();
  for (const ZipRecord& record : after.records())
    EXPECT_EQ(record.crc32, before.find(record.name)->crc32) << record.name;
}

TEST(ZipRemove, puts_contents_on_multiples_of_64_bytes) {
  const MemoryFile file(bytes_of(archive_fixture("mlp_traced.pt")));
  remove_records(file.path(), {ZipReader(file.path()).records().front().name});
  const std::string bytes = bytes_of(file.path());
  const ZipReader zip(file.path());
  for (const ZipRecord& record : zip.records()) {
    if (record.header_offset > 0) {
      EXPECT_EQ(content_offset(bytes, record) % 64, 0U) << record.name;
    }
  }
}

TEST(ZipRemove, leaves_no_byte_of_what_it_removed) {
  const MemoryFile file(
      ZipBuilder().add("m/a", "1").add("m/b", std::string(3 << 20, '2')).add("m/c", "3").finish());
  remove_records(file.path(), {"m/b"});
  const ZipReader reader(file.path());
  EXPECT_EQ(reader.read(*reader.find("m/c"), 10), "3");
  EXPECT_EQ(bytes_of(file.path()).find("22"), std::string::npos);
}

TEST(ZipRemove, does_not_touch_an_archive_without_such_records) {
  const std::string before = bytes_of(archive_fixture("mlp_traced.pt"));
  const MemoryFile file(before);
  remove_records(file.path(), {"m/x"});
  EXPECT_EQ(bytes_of(file.path()), before);
}

}  // namespace

}  // namespace tsctl
