#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace tsctl {

// A folder that goes with the test.
class TemporaryFolderTest : public testing::Test {
 protected:
  TemporaryFolderTest() {
    std::string name = (std::filesystem::path(testing::TempDir()) / "tsctl-cli-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~TemporaryFolderTest() override { std::filesystem::remove_all(folder_); }

  std::string in(const std::string& name) const { return folder_ + "/" + name; }

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(in(name), std::ios::binary) << text;
    return in(name);
  }

  static std::string text_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  // A TorchScript file that tsctl did not make, to be changed.
  std::string copy_of_fixture(const std::string& name) const {
    std::filesystem::copy_file(std::string(TSCTL_ROOT) + "/tests/fixtures/archives/" + name,
                               in(name));
    return in(name);
  }

  std::string folder_;
};

}  // namespace tsctl
