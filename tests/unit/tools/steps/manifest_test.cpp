#include "steps/manifest.h"

#include <gtest/gtest.h>

#include "tools/errors.h"
#include "tools/temporary.h"
#include "tsctl/archive/file_kind.h"
#include "tsctl/archive/zip_reader.h"
#include "tsctl/core/manifest.h"

namespace tsctl {
namespace {

class ManifestIo : public TemporaryFolderTest {
 protected:
  static std::vector<std::string> names_of(const std::vector<NewRecord>& records) {
    std::vector<std::string> names;
    for (const NewRecord& record : records) names.push_back(record.name);
    return names;
  }

  static std::string record_of(const std::string& path, const std::string& name) {
    const ZipReader archive(path);
    const ZipRecord* record = archive.find_in_top(name);
    return record == nullptr ? "(none)" : archive.read(*record, 1 << 20);
  }
};

TEST_F(ManifestIo, finds_no_manifest_in_a_file_made_elsewhere) {
  EXPECT_FALSE(read_manifest(copy_of_fixture("mlp_traced.pt")).has_value());
}

TEST_F(ManifestIo, writes_a_manifest_that_can_be_read_again) {
  const std::string path = copy_of_fixture("mlp_traced.pt");
  attach(path, {.source = "net.py:Net", .inputs = {.specs = {"Bx4"}, .dims = {"B=1,8"}, .seed = 3}},
         {}, {});
  const auto manifest = read_manifest(path);
  ASSERT_TRUE(manifest.has_value());
  EXPECT_EQ(manifest->source, "net.py:Net");
  EXPECT_EQ(manifest->inputs.dims, std::vector<std::string>{"B=1,8"});
  EXPECT_EQ(manifest->inputs.seed, 3U);
  require_torchscript(path, true);
}

TEST_F(ManifestIo, replaces_the_manifest_of_the_step_before) {
  const std::string path = copy_of_fixture("mlp_traced.pt");
  attach(path, {.source = "old"}, {}, {});
  attach(path, {.source = "new"}, {}, {});
  EXPECT_EQ(read_manifest(path)->source, "new");
}

TEST_F(ManifestIo, names_the_file_whose_manifest_is_damaged) {
  const std::string path = copy_of_fixture("mlp_traced.pt");
  append_records(path, {{.name = kManifestRecord, .bytes = R"({"steps": 3})"}});
  const std::string error = error_of([&] { read_manifest(path); });
  EXPECT_TRUE(error.starts_with("input: the manifest in '" + path + "' cannot be read: ")) << error;
}

TEST_F(ManifestIo, keeps_the_users_files_and_lets_later_ones_win) {
  const std::string path = copy_of_fixture("mlp_tuned.pt");
  attach(path, {}, {}, extras_from({"a.txt=old", "b.txt=kept"}));
  const std::vector<NewRecord> kept = read_user_extras(path);
  EXPECT_EQ(names_of(kept), (std::vector<std::string>{"extra/a.txt", "extra/b.txt"}));
  const std::string next = copy_of_fixture("mlp_frozen.pt");
  attach(next, {}, kept, extras_from({"a.txt=new", "a.txt=newest"}));
  EXPECT_EQ(record_of(next, "extra/a.txt"), "newest");
  EXPECT_EQ(record_of(next, "extra/b.txt"), "kept");
  EXPECT_EQ(read_user_extras(next).size(), 2U);
}

TEST_F(ManifestIo, reads_extras_from_text_and_files) {
  const std::string file = write("config.json", std::string("{\0}", 3));
  const auto extras = extras_from({"version.txt=1=2", "config.json=@" + file, "empty="});
  ASSERT_EQ(extras.size(), 3U);
  EXPECT_EQ(extras[0].name, "extra/version.txt");
  EXPECT_EQ(extras[0].bytes, "1=2");
  EXPECT_EQ(extras[1].bytes, std::string("{\0}", 3));
  EXPECT_EQ(extras[2].bytes, "");
}

TEST_F(ManifestIo, refuses_extras_without_a_proper_name) {
  for (const std::string flag :
       {"text", "=text", "tsctl/manifest.json=x", "/etc/passwd=x", "../up=x"}) {
    EXPECT_TRUE(error_of([&] {
                  extras_from({flag});
                }).starts_with("usage: --extra '" + flag + "' is not NAME=TEXT or NAME=@FILE"));
  }
}

TEST_F(ManifestIo, names_the_file_that_an_extra_cannot_be_read_from) {
  EXPECT_EQ(error_of([&] { extras_from({"a=@" + in("no")}); }),
            "input: '" + in("no") +
                "' cannot be read (--extra): No such file or directory | check the file's name");
  EXPECT_EQ(
      error_of([&] { extras_from({"a=@" + folder_}); }),
      "input: '" + folder_ + "' cannot be read (--extra): Is a directory | check the file's name");
}

}  // namespace
}  // namespace tsctl
