#include "tsctl/host/gpu_watch.h"

#include <gtest/gtest.h>

#include <atomic>

namespace tsctl {
namespace {

TEST(GpuMoments, make_up_the_range_of_the_clocks_and_a_list_of_reasons) {
  SystemLoad load;
  add_moment({.clock_mhz = 1500.0}, load);
  add_moment({.clock_mhz = 1200.0, .throttle_reasons = {"sw_power_cap"}}, load);
  add_moment({.clock_mhz = 1700.0, .throttle_reasons = {"hw_slowdown", "sw_power_cap"}}, load);
  add_moment({}, load);
  EXPECT_EQ(load.gpu_clock_low_mhz, 1200.0);
  EXPECT_EQ(load.gpu_clock_high_mhz, 1700.0);
  EXPECT_EQ(load.gpu_throttle_reasons, (std::vector<std::string>{"sw_power_cap", "hw_slowdown"}));
}

TEST(GpuMoments, leave_out_the_clock_of_an_idle_gpu) {
  SystemLoad load;
  add_moment({.clock_mhz = 210.0, .idle = true}, load);
  EXPECT_FALSE(load.gpu_clock_low_mhz || load.gpu_clock_high_mhz);
}

TEST(GpuWatch, has_looked_at_least_once_when_it_ends_and_not_again_after) {
  std::atomic<int> looks = 0;
  SystemLoad load{.load_before = 0.5};
  GpuWatch watch([&looks] {
    ++looks;
    return GpuMoment{.clock_mhz = 1000.0};
  });
  watch.finish(load);
  const int after = looks;
  EXPECT_GE(after, 1);
  EXPECT_EQ(load.gpu_clock_high_mhz, 1000.0);
  EXPECT_EQ(load.load_before, 0.5);
  watch.finish(load);
  EXPECT_EQ(looks, after);
}

TEST(GpuWatch, ends_without_being_asked_for_what_it_saw) {
  const GpuWatch watch([] { return GpuMoment{}; });
}

}  // namespace
}  // namespace tsctl
