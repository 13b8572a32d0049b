#include "tsctl/core/base/utc_time.h"

#include <gtest/gtest.h>

namespace tsctl {
namespace {

TEST(UtcText, is_the_time_in_seconds_with_its_zone) {
  EXPECT_EQ(utc_text(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(utc_text(951'782'400), "2000-02-29T00:00:00Z");
}

}  // namespace
}  // namespace tsctl
