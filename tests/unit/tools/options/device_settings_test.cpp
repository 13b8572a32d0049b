#include "options/device_settings.h"

#include <gtest/gtest.h>

#include "tools/errors.h"

namespace tsctl {
namespace {

void check(const std::string& arm, bool cold_cache, const std::string& device) {
  require_device_settings({arm_spec_from_text(arm)}, cold_cache, device);
}

TEST(DeviceSettings, lets_a_gpu_do_what_it_can) {
  EXPECT_NO_THROW(check("a.pt,cuda-graph=on", true, "cuda"));
  EXPECT_NO_THROW(check("a.pt,cuda-graph=off", false, "cpu"));
}

TEST(DeviceSettings, refuses_a_cold_cache_on_the_cpu) {
  EXPECT_EQ(error_of([] { check("a.pt", true, "cpu"); }),
            "usage: --cold-cache needs a GPU, but the device is the CPU | give "
            "--device cuda, or leave --cold-cache out");
}

TEST(DeviceSettings, refuses_a_graph_on_the_cpu) {
  EXPECT_EQ(error_of([] { check("a.pt,cuda-graph=on", false, "cpu"); }),
            "usage: the arm 'a.pt,cuda-graph=on': cuda-graph=on does not fit the CPU | give "
            "--device cuda, or leave cuda-graph=on out");
}

}  // namespace
}  // namespace tsctl
