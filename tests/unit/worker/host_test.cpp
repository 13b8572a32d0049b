#include "tsctl/worker/host.h"

#include <gtest/gtest.h>
#include <sched.h>

namespace tsctl {
namespace {

TEST(UsableThreads, are_the_smaller_of_affinity_and_quota) {
  EXPECT_EQ(usable_threads({.cores_visible = 64, .cores_affinity = 8}), 8);
  EXPECT_EQ(usable_threads({.cores_visible = 64, .cores_affinity = 8, .cores_quota = 3.0}), 3);
  EXPECT_EQ(usable_threads({.cores_visible = 64, .cores_affinity = 2, .cores_quota = 3.0}), 2);
}

TEST(UsableThreads, round_a_quota_down_but_never_to_none) {
  EXPECT_EQ(usable_threads({.cores_affinity = 8, .cores_quota = 3.9}), 3);
  EXPECT_EQ(usable_threads({.cores_affinity = 8, .cores_quota = 0.5}), 1);
  EXPECT_EQ(usable_threads({.cores_affinity = 0}), 1);
}

TEST(DescribeHost, knows_this_machine) {
  const Environment host = describe_host();
  EXPECT_FALSE(host.kernel.empty());
  EXPECT_GE(host.cores_visible, 1);
  EXPECT_GE(host.cores_affinity, 1);
  EXPECT_GT(host.memory_total_bytes, 1 << 20);
}

TEST(DescribeHost, sees_the_affinity_of_this_process) {
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  int first = 0;
  while (!CPU_ISSET(first, &before)) ++first;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  const Environment host = describe_host();
  ASSERT_EQ(sched_setaffinity(0, sizeof before, &before), 0);
  EXPECT_EQ(host.cores_affinity, 1);
  EXPECT_EQ(usable_threads(host), 1);
}

TEST(Host, chooses_neighbouring_cores_by_the_draw) {
  const std::vector<int> usable{2, 3, 5};
  EXPECT_EQ(cores_for(usable, 1, 0), std::vector<int>({2}));
  EXPECT_EQ(cores_for(usable, 1, 4), std::vector<int>({3}));
  EXPECT_EQ(cores_for(usable, 2, 2), std::vector<int>({5, 2}));
  EXPECT_EQ(cores_for(usable, 3, 1), std::vector<int>());
  EXPECT_EQ(cores_for(usable, 8, 1), std::vector<int>());
}

}  // namespace
}  // namespace tsctl
