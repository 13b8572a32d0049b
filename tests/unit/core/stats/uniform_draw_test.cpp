#include "tsctl/core/stats/uniform_draw.h"

#include <gtest/gtest.h>

#include <vector>

namespace tsctl {
namespace {

TEST(IndexBelow, reaches_every_index_about_equally_often) {
  std::mt19937_64 random(1);
  std::vector<int> hits(5, 0);
  for (int i = 0; i < 50'000; ++i) ++hits.at(index_below(5, random));
  for (const int hit : hits) EXPECT_NEAR(hit, 10'000, 450);
}

}  // namespace
}  // namespace tsctl
