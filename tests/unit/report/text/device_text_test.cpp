#include "tsctl/report/text/device_text.h"

#include <gtest/gtest.h>

#include "tsctl/report/text/bench_text.h"

namespace tsctl {
namespace {

TransferTimes transfers(double compute_s, double enqueue_s) {
  return {.to_device_s = 1e-3,
          .compute_s = compute_s,
          .from_device_s = 2e-3,
          .enqueue_s = enqueue_s,
          .wall_s = 12e-3};
}

TEST(DeviceText, tells_the_parts_of_a_call) {
  BenchResult bench;
  bench.arms.push_back({.label = "net.pt"});
  bench.arms.back().transfers = transfers(8e-3, 1e-3);
  EXPECT_EQ(
      device_text(bench),
      "device     'net.pt': copy of inputs 1.000 ms, work 8.000 ms, copy of outputs 2.000 ms; "
      "12.00 ms wall-clock time\n");
}

TEST(DeviceText, says_that_the_cpu_is_what_limits) {
  BenchResult bench;
  bench.arms.push_back({.label = "net.pt"});
  bench.arms.back().transfers = transfers(8e-3, 7.9e-3);
  EXPECT_TRUE(device_text(bench).ends_with(
      "; limited by the CPU, which takes 7.900 ms to start the work\n"));
}

TEST(DeviceText, says_why_something_of_the_tuning_was_not_to_be_had) {
  BenchResult bench;
  bench.arms.push_back({.label = "graph"});
  bench.arms.back().tuning_reason = "not captured: it synchronizes; its calls are plain";
  EXPECT_EQ(device_text(bench),
            "tuning     'graph': not captured: it synchronizes; its calls are plain\n");
  EXPECT_NE(bench_text(bench, {}).find(device_text(bench)), std::string::npos);
}

TEST(DeviceText, says_that_the_cache_was_emptied) {
  EXPECT_EQ(device_text({.cold_cache = true}),
            "cache      emptied on the device before every timed call\n");
}

TEST(DeviceText, is_silent_on_the_cpu) {
  BenchResult bench;
  bench.arms.push_back({.label = "net.pt"});
  EXPECT_EQ(device_text(bench), "");
}

}  // namespace
}  // namespace tsctl
