#include "tsctl/archive/zip_append.h"

#include "archive_files.h"
#include "tsctl/archive/zip_reader.h"

namespace tsctl {

namespace {

constexpr const char* kManifest = "extra/tsctl/manifest.json";

TEST(ZipAppend, adds_records_and_keeps_the_others) {
  const MemoryFile file(bytes_of(archive_fixture("mlp_traced.pt")));
  const std::size_t before = ZipReader(file.path()).records().size();
  append_records(file.path(), {{kManifest, "{\"a\": 1}"}, {"extra/empty", ""}});
  const ZipReader reader(file.path());
  EXPECT_EQ(reader.records().size(), before + 2);
  EXPECT_EQ(reader.read(*reader.find_in_top(kManifest), 100), "{\"a\": 1}");
  EXPECT_EQ(reader.read(*reader.find_in_top("extra/empty"), 100), "");
  EXPECT_EQ(reader.read(*reader.find_in_top("extra/config.json"), 100), "{\"size\": 8}");
  reader.require_intact();
}

TEST(ZipAppend, leaves_the_bytes_before_the_old_directory_untouched) {
  const std::string old = bytes_of(archive_fixture("mlp_traced.pt"));
  const MemoryFile file(old);
  const std::uint64_t directory = ZipReader(file.path()).directory_offset();
  append_records(file.path(), {{kManifest, "x"}});
  EXPECT_EQ(bytes_of(file.path()).substr(0, directory), old.substr(0, directory));
}

TEST(ZipAppend, replaces_a_record_of_the_same_name) {
  const MemoryFile file(bytes_of(archive_fixture("mlp_traced.pt")));
  append_records(file.path(), {{kManifest, "first, and longer"}});
  const std::size_t count = ZipReader(file.path()).records().size();
  append_records(file.path(), {{kManifest, "second"}});
  const ZipReader reader(file.path());
  EXPECT_EQ(reader.records().size(), count);
  EXPECT_EQ(reader.read(*reader.find_in_top(kManifest), 100), "second");
}

TEST(ZipAppend, gives_the_same_bytes_for_the_same_records) {
  const MemoryFile one(bytes_of(archive_fixture("mlp_traced.pt")));
  const MemoryFile other(bytes_of(archive_fixture("mlp_traced.pt")));
  append_records(one.path(), {{"extra/a", "1"}, {"extra/b", "2"}});
  append_records(other.path(), {{"extra/b", "2"}, {"extra/a", "1"}});
  EXPECT_EQ(bytes_of(one.path()), bytes_of(other.path()));
}

TEST(ZipAppend, shortens_a_file_whose_directory_becomes_smaller) {
  ZipLies none;
  const MemoryFile file(
      ZipBuilder().add("m/" + std::string(3000, 'n'), "1", none).add("m/b", "2").finish());
  append_records(file.path(), {{std::string(3000, 'n'), "3"}});
  ZipReader(file.path()).require_intact();
}

TEST(ZipAppend, takes_the_place_of_the_records_that_it_replaces_at_the_end) {
  const MemoryFile once(bytes_of(archive_fixture("mlp_traced.pt")));
  append_records(once.path(), {{"extra/a", "1"}, {"extra/b", "22"}});
  const MemoryFile twice(bytes_of(archive_fixture("mlp_traced.pt")));
  append_records(twice.path(), {{"extra/a", "first, and longer"}, {"extra/b", "first"}});
  append_records(twice.path(), {{"extra/a", "1"}, {"extra/b", "22"}});
  EXPECT_EQ(bytes_of(once.path()), bytes_of(twice.path()));
}

TEST(ZipAppend, compresses_if_it_is_asked_to) {
  const MemoryFile file(bytes_of(archive_fixture("mlp_traced.pt")));
  const std::string content(5000, 'x');
  append_records(file.path(), {{.name = "extra/a", .bytes = content, .compress = true}});
  const ZipReader reader(file.path());
  EXPECT_TRUE(reader.find_in_top("extra/a")->deflated);
  EXPECT_EQ(reader.read(*reader.find_in_top("extra/a"), 5000), content);
}

TEST(ZipAppend, refuses_names_that_leave_the_archive) {
  const MemoryFile file(bytes_of(archive_fixture("mlp_traced.pt")));
  try {
    append_records(file.path(), {{"extra/../../x", "1"}});
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_STREQ(error.what(), "'extra/../../x' cannot be the name of a file inside an archive");
  }
}

TEST(ZipAppend, refuses_an_archive_without_a_common_folder) {
  const MemoryFile file(ZipBuilder().add("a", "1").finish());
  EXPECT_NE(input_error_of([&file] {
              append_records(file.path(), {{"extra/x", "1"}});
            }).find("no common folder"),
            std::string::npos);
}

}  // namespace

}  // namespace tsctl
