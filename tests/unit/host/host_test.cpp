#include "tsctl/host/host.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <string>
#include <vector>

#include "host/made_up_root.h"

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

TEST(DescribeHost, describes_this_machine) {
  const Environment host = describe_host();
  EXPECT_FALSE(host.kernel.empty());
  EXPECT_GE(host.cores_visible, 1);
  EXPECT_GE(host.cores_affinity, 1);
  EXPECT_GT(host.memory_total_bytes, 1 << 20);
}

TEST(DescribeHost, reads_the_quota_of_the_tightest_group) {
  const MadeUpRoot root;
  root.write("proc/self/cgroup", "0::/pod/container\n");
  root.write("sys/fs/cgroup/pod/container/cpu.max", "max 100000\n");
  root.write("sys/fs/cgroup/pod/cpu.max", "250000 100000\n");
  root.write("sys/fs/cgroup/cpu.max", "800000 100000\n");
  EXPECT_DOUBLE_EQ(describe_host(root.path()).cores_quota.value(), 2.5);
}

TEST(DescribeHost, reads_the_quota_of_version_1_of_control_groups) {
  const MadeUpRoot root;
  root.write("proc/self/cgroup", "9:memory:/other\n5:cpu,cpuacct:/job\n0::/\n");
  const std::string group = "sys/fs/cgroup/cpu,cpuacct/job/";
  root.write(group + "cpu.cfs_period_us", "100000\n");
  root.write(group + "cpu.cfs_quota_us", "-1\n");
  EXPECT_FALSE(describe_host(root.path()).cores_quota);
  root.write(group + "cpu.cfs_quota_us", "150000\n");
  EXPECT_DOUBLE_EQ(describe_host(root.path()).cores_quota.value(), 1.5);
}

TEST(DescribeHost, lists_memory_nodes_by_their_numbers) {
  const MadeUpRoot root;
  const std::string nodes = "sys/devices/system/node/";
  std::vector<std::string> expected;
  for (int node = 0; node < 24; ++node) {
    expected.push_back(std::to_string(2 * node) + "-" + std::to_string(2 * node + 1));
    root.write(nodes + "node" + std::to_string(node) + "/cpulist", expected.back() + "\n");
  }
  root.write(nodes + "node24/cpulist", "\n");  // memory alone
  expected.emplace_back();
  root.write(nodes + "possible", "0-24\n");
  EXPECT_EQ(describe_host(root.path()).numa_nodes, expected);
}

TEST(DescribeHost, leaves_empty_what_a_machine_does_not_tell) {
  const MadeUpRoot root;
  const Environment host = describe_host(root.path());
  EXPECT_EQ(host.governor, "");
  EXPECT_EQ(host.cpu, "");
  EXPECT_EQ(host.os, "");
  EXPECT_TRUE(host.numa_nodes.empty());
  EXPECT_FALSE(host.cores_quota);
}

TEST(DescribeHost, reads_cpu_governor_and_system) {
  const MadeUpRoot root;
  root.write("etc/os-release", "ID=x\nPRETTY_NAME=\"A System 12\"\n");
  root.write("proc/cpuinfo", "model name\t: A CPU\nflags\t\t: fpu avx2 fma avx512f\n\n");
  root.write("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
  const Environment host = describe_host(root.path());
  EXPECT_EQ(host.os, "A System 12");
  EXPECT_EQ(host.cpu, "A CPU");
  EXPECT_EQ(host.cpu_features, (std::vector<std::string>{"avx2", "fma", "avx512f"}));
  EXPECT_EQ(host.governor, "powersave");
}

TEST(VariablesOfInterest, are_those_that_change_how_libraries_run_and_sorted) {
  const char* const environment[] = {
      "PATH=/bin",          "OMP_NUM_THREADS=2",
      "MKL_VERBOSE=1",      "LD_PRELOAD=",
      "LD_LIBRARY_PATH=/x", "OMPLETE=no",
      "CUDA_HOME=/x",       "GLIBC_TUNABLES=glibc.malloc.mmap_max=0:a=b",
      "OMP_PLACES=a=b",     nullptr};
  const std::vector<std::string> expected{"GLIBC_TUNABLES=glibc.malloc.mmap_max=0:a=b",
                                          "LD_PRELOAD=", "MKL_VERBOSE=1", "OMP_NUM_THREADS=2",
                                          "OMP_PLACES=a=b"};
  EXPECT_EQ(variables_of_interest(environment), expected);
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
