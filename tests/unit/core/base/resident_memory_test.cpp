#include "tsctl/core/base/resident_memory.h"

#include <gtest/gtest.h>

#include <vector>

namespace tsctl {
namespace {

TEST(ResidentMemory, grows_with_what_the_process_uses) {
  const auto before = resident_bytes();
  ASSERT_TRUE(before.has_value());
  constexpr std::size_t kBytes = 64U << 20U;
  const std::vector<char> used(kBytes, 1);
  const auto after = resident_bytes();
  ASSERT_TRUE(after.has_value());
  EXPECT_GT(*after - *before, static_cast<std::int64_t>(kBytes / 2)) << used.back();
}

TEST(ResidentMemory, is_not_known_of_a_process_that_is_gone) {
  EXPECT_FALSE(resident_bytes("0").has_value());
}

}  // namespace
}  // namespace tsctl
