#include "tsctl/engine/save.h"

#include <gtest/gtest.h>

#include "support.h"

namespace tsctl {
namespace {

using test::error_of;

TEST(save, writes_a_file_that_loads_and_replaces_the_one_before) {
  const test::TempDir dir;
  const std::string path = dir.file("out.pt");
  save_module(test::small_network(), path);
  const auto size = std::filesystem::file_size(path);
  save_module(test::module_from("def forward(self, x):\n  return x + 1\n"), path);
  EXPECT_LT(std::filesystem::file_size(path), size);
  torch::jit::Module module = torch::jit::load(path);
  EXPECT_TRUE(torch::equal(module.forward({torch::ones({2})}).toTensor(), torch::full({2}, 2.0)));
}

TEST(save, says_when_the_disk_is_full) {
  const Error error = error_of([] { save_module(test::small_network(), "/dev/full"); });
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_STREQ(error.what(), "'/dev/full' cannot be written: No space left on device");
  EXPECT_FALSE(error.hint().empty());
}

TEST(save, says_when_the_folder_is_missing) {
  const Error error = error_of([] { save_module(test::small_network(), "/nowhere/out.pt"); });
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_STREQ(error.what(), "'/nowhere/out.pt' cannot be written: No such file or directory");
}

}  // namespace
}  // namespace tsctl
