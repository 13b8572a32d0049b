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

TEST(AvailableMemory, is_what_the_machine_can_give_with_its_swap) {
  const MadeUpRoot root;
  EXPECT_EQ(available_memory(root.path()), std::nullopt);
  root.write("proc/meminfo", kMeminfo);
  EXPECT_EQ(available_memory(root.path()), std::nullopt);  // a kernel that does not say it
  root.write("proc/meminfo",
             "MemTotal: 8388608 kB\nMemAvailable: 3145728 kB\nSwapFree: 1048576 kB\n");
  EXPECT_EQ(available_memory(root.path()), 4 * kGibibyte);
}

TEST(AvailableMemory, is_what_a_group_has_left_besides_its_page_cache) {
  const MadeUpRoot root;
  root.write("proc/meminfo", "MemTotal: 8388608 kB\nMemAvailable: 7340032 kB\nSwapFree: 0 kB\n");
  root.write("proc/self/cgroup", "0::/job\n");
  root.write("sys/fs/cgroup/job/memory.max", "4294967296\n");
  EXPECT_EQ(available_memory(root.path()), 4 * kGibibyte);
  root.write("sys/fs/cgroup/job/memory.current", "3221225472\n");
  EXPECT_EQ(available_memory(root.path()), kGibibyte);
  root.write("sys/fs/cgroup/job/memory.stat",
             "anon 1\ninactive_file 1073741824\nactive_file 1073741824\n");
  EXPECT_EQ(available_memory(root.path()), 3 * kGibibyte);
  root.write("sys/fs/cgroup/job/memory.max", "max\n");
  EXPECT_EQ(available_memory(root.path()), 7 * kGibibyte);
}

TEST(AvailableMemory, knows_groups_of_version_1) {
  const MadeUpRoot root;
  root.write("proc/meminfo", "MemTotal: 8388608 kB\nMemAvailable: 7340032 kB\n");
  root.write("proc/self/cgroup", "5:memory:/job\n");
  root.write("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "4294967296\n");
  root.write("sys/fs/cgroup/memory/job/memory.usage_in_bytes", "3221225472\n");
  root.write("sys/fs/cgroup/memory/job/memory.stat",
             "inactive_file 0\ntotal_inactive_file 1073741824\n");
  EXPECT_EQ(available_memory(root.path()), 2 * kGibibyte);
}

TEST(DefaultMemoryLimit, leaves_a_reserve) {
  EXPECT_EQ(default_memory_limit(100 * kGibibyte), 95 * kGibibyte);
  EXPECT_EQ(default_memory_limit(kGibibyte), kGibibyte - kGibibyte / 4);
  EXPECT_EQ(default_memory_limit(kGibibyte / 4), kGibibyte / 8);
}

}  // namespace
}  // namespace tsctl
