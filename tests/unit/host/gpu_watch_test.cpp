#include "tsctl/host/gpu_watch.h"

#include <gtest/gtest.h>

#include <atomic>

namespace tsctl {
namespace {

TEST(GpuMoments, make_up_the_range_of_the_clocks_and_a_list_of_reasons) {
  NoiseInfo noise;
  add_moment({.clock_mhz = 1500.0}, noise);
  add_moment({.clock_mhz = 1200.0, .throttle_reasons = {"sw_power_cap"}}, noise);
  add_moment({.clock_mhz = 1700.0, .throttle_reasons = {"hw_slowdown", "sw_power_cap"}}, noise);
  add_moment({}, noise);
  EXPECT_EQ(noise.gpu_clock_low_mhz, 1200.0);
  EXPECT_EQ(noise.gpu_clock_high_mhz, 1700.0);
  EXPECT_EQ(noise.gpu_throttle_reasons, (std::vector<std::string>{"sw_power_cap", "hw_slowdown"}));
}

TEST(GpuMoments, leave_out_the_clock_of_an_idle_gpu) {
  NoiseInfo noise;
  add_moment({.clock_mhz = 210.0, .idle = true}, noise);
  EXPECT_FALSE(noise.gpu_clock_low_mhz || noise.gpu_clock_high_mhz);
}

TEST(GpuWatch, has_looked_at_least_once_when_it_ends_and_not_again_after) {
  std::atomic<int> looks = 0;
  NoiseInfo noise{.load_before = 0.5};
  GpuWatch watch([&looks] {
    ++looks;
    return GpuMoment{.clock_mhz = 1000.0};
  });
  watch.finish(noise);
  const int after = looks;
  EXPECT_GE(after, 1);
  EXPECT_EQ(noise.gpu_clock_high_mhz, 1000.0);
  EXPECT_EQ(noise.load_before, 0.5);
  watch.finish(noise);
  EXPECT_EQ(looks, after);
}

TEST(GpuWatch, ends_without_being_asked_for_what_it_saw) {
  const GpuWatch watch([] { return GpuMoment{}; });
}

}  // namespace
}  // namespace tsctl
