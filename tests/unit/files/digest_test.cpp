#include "tsctl/files/digest.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace tsctl {
namespace {

TEST(Digest, is_the_sha256_of_the_text) {
  EXPECT_EQ(sha256_of_text("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, of_a_file_can_be_interrupted) {
  const auto interrupt = [] { throw std::runtime_error("interrupted"); };
  EXPECT_THROW(sha256_of_file("/proc/self/exe", interrupt), std::runtime_error);
}

}  // namespace
}  // namespace tsctl
