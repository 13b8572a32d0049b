#include "tsctl/core/base/device_name.h"

#include <gtest/gtest.h>

#include <limits>

namespace tsctl {
namespace {

TEST(DeviceName, is_the_cpu_or_a_numbered_cuda_device) {
  EXPECT_FALSE(device_name_from_text("cpu").value().cuda);
  EXPECT_TRUE(device_name_from_text("cuda").value().cuda);
  EXPECT_EQ(device_name_from_text("cuda").value().index, 0);
  EXPECT_EQ(device_name_from_text("cuda:12").value().index, 12);
}

TEST(DeviceName, takes_a_number_that_no_machine_has) {
  EXPECT_EQ(device_name_from_text("cuda:99999999999").value().index,
            std::numeric_limits<int>::max());
}

TEST(DeviceName, refuses_other_text) {
  for (const char* text :
       {"", "gpu", "CPU", "cpu:0", "cuda:", "cuda0", "cuda:x", "cuda:-1", "cuda:1x", "cuda: 1"}) {
    EXPECT_FALSE(device_name_from_text(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace tsctl
