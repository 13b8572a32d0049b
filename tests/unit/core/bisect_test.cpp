#include "tsctl/core/bisect.h"

#include <gtest/gtest.h>

#include <vector>

namespace tsctl {
namespace {

TEST(FirstBad, finds_every_place_in_few_looks) {
  for (std::int64_t count = 1; count <= 40; ++count) {
    for (std::int64_t guilty = 0; guilty <= count; ++guilty) {
      int looks = 0;
      const auto is_bad = [&](std::int64_t rewrites) {
        ++looks;
        return rewrites >= guilty;
      };
      EXPECT_EQ(first_bad(count, is_bad), guilty);
      EXPECT_LE(looks, 7);
    }
  }
}

TEST(FirstBad, looks_last_at_a_bad_number_when_that_is_the_guilty_one) {
  std::vector<std::int64_t> bad;
  first_bad(12, [&](std::int64_t rewrites) {
    if (rewrites >= 5) bad.push_back(rewrites);
    return rewrites >= 5;
  });
  EXPECT_EQ(bad.back(), 5);
}

}  // namespace
}  // namespace tsctl
