#include "tsctl/worker/core_waits.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <utility>
#include <vector>

namespace tsctl {
namespace {

TEST(SecondsWithoutWaits, leave_out_what_threads_waited_for_a_core) {
  EXPECT_DOUBLE_EQ(seconds_without_waits(0.010, {}, {.now_s = 0.010, .waited_s = 0.004}, 1), 0.006);
  EXPECT_DOUBLE_EQ(seconds_without_waits(0.010, {}, {.now_s = 0.010}, 1), 0.010);
}

TEST(SecondsWithoutWaits, keep_a_wait_between_a_reading_and_the_call_out_of_the_call) {
  // 5 ms passed around the call; the thread waited for 4 of them there, and for 3 ms within the call.
  EXPECT_DOUBLE_EQ(seconds_without_waits(0.010, {}, {.now_s = 0.015, .waited_s = 0.008}, 1), 0.007);
  EXPECT_DOUBLE_EQ(seconds_without_waits(0.010, {}, {.now_s = 0.014, .waited_s = 0.004}, 1), 0.010);
}

TEST(SecondsWithoutWaits, are_at_least_the_running_time_of_each_core) {
  const CoreUse after{.now_s = 0.010, .waited_s = 0.015, .ran_s = 0.012};
  EXPECT_DOUBLE_EQ(seconds_without_waits(0.010, {}, after, 2), 0.006);
  EXPECT_DOUBLE_EQ(seconds_without_waits(0.010, {}, after, 1), 0.010);  // not more than the call
}

TEST(CoreWaits, read_counters_that_never_decrease) {
  const CoreWaits waits;
  ASSERT_EQ(waits.known(), std::filesystem::exists("/proc/self/schedstat"));
  const CoreUse before = waits.read();
  double sum = 0.0;
  for (int i = 0; i < 1'000'000; ++i) sum += i;
  ASSERT_GT(sum, 0.0);
  const CoreUse after = waits.read();
  EXPECT_GT(after.now_s, before.now_s);
  EXPECT_GE(after.waited_s, before.waited_s);
  EXPECT_GT(after.ran_s, before.ran_s);
}

// Says that each call took a second, and notes how it was asked.
class OneSecondArm : public Arm {
 public:
  std::vector<double> time_calls(int untimed, int calls) override {
    asked.emplace_back(untimed, calls);
    return std::vector<double>(static_cast<std::size_t>(calls), 1.0);
  }
  void call() override {}
  void use_set(std::size_t) override {}

  std::vector<std::pair<int, int>> asked = {};
};

TEST(TimeCallsWithoutWaits, times_one_call_after_the_other_after_the_untimed_ones) {
  OneSecondArm arm;
  const TimedCalls times = time_calls_without_waits(arm, 2, 3, 1);
  const std::vector<std::pair<int, int>> one_by_one{{2, 0}, {0, 1}, {0, 1}, {0, 1}};
  EXPECT_EQ(arm.asked, one_by_one);
  ASSERT_EQ(times.seconds.size(), 3U);
  ASSERT_TRUE(times.core_wait_s.has_value());
  double left_s = 0.0;
  for (const double seconds : times.seconds) left_s += seconds;
  EXPECT_DOUBLE_EQ(left_s + *times.core_wait_s, 3.0);
}

}  // namespace
}  // namespace tsctl
