#include "tsctl/host/memory.h"

#include <gtest/gtest.h>

#include "host/made_up_root.h"

namespace tsctl {
namespace {

constexpr const char* kMeminfo = "MemTotal:       8388608 kB\nMemFree:  1 kB\n";
constexpr std::int64_t kGibibyte = std::int64_t{1} << 30;

TEST(MemoryOfHost, is_that_of_the_machine_or_of_the_smallest_group) {
  const MadeUpRoot root;
  root.write("proc/meminfo", kMeminfo);
  EXPECT_EQ(memory_of_host(root.path()), 8 * kGibibyte);
  root.write("proc/self/cgroup", "0::/outer/inner\n");
  root.write("sys/fs/cgroup/outer/memory.max", "2147483648\n");
  root.write("sys/fs/cgroup/outer/inner/memory.max", "max\n");
  EXPECT_EQ(memory_of_host(root.path()), 2 * kGibibyte);
}

TEST(MemoryOfHost, knows_groups_of_version_1) {
  const MadeUpRoot root;
  root.write("proc/meminfo", kMeminfo);
  root.write("proc/self/cgroup", "5:memory:/job\n");
  root.write("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "1073741824\n");
  EXPECT_EQ(memory_of_host(root.path()), kGibibyte);
}

TEST(MemoryOfHost, is_0_where_it_cannot_be_read) {
  const MadeUpRoot root;
  EXPECT_EQ(memory_of_host(root.path()), 0);
}

TEST(DefaultMemoryLimit, leaves_a_reserve) {
  EXPECT_EQ(default_memory_limit(100 * kGibibyte), 95 * kGibibyte);
  EXPECT_EQ(default_memory_limit(kGibibyte), kGibibyte - kGibibyte / 4);
  EXPECT_EQ(default_memory_limit(kGibibyte / 4), kGibibyte / 8);
}

}  // namespace
}  // namespace tsctl
