#include "tsctl/host/control_group.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "host/made_up_root.h"

namespace tsctl {
namespace {

// Relative to the folder of all hierarchies.
std::vector<std::string> groups_of(const MadeUpRoot& root) {
  std::vector<std::string> groups;
  for (const auto& folder : cpu_control_groups(root.path()))
    groups.push_back(folder.lexically_relative(root.path() / "sys/fs/cgroup"));
  return groups;
}

TEST(ControlGroups, of_version_2_are_the_own_one_and_those_around_it) {
  const MadeUpRoot root;
  root.write("proc/self/cgroup", "0::/user.slice/session\n");
  EXPECT_EQ(groups_of(root), (std::vector<std::string>{"user.slice/session", "user.slice", "."}));
}

TEST(ControlGroups, are_only_the_root_without_information) {
  const MadeUpRoot root;
  EXPECT_EQ(groups_of(root), (std::vector<std::string>{"."}));
  root.write("proc/self/cgroup", "0::/\n");
  EXPECT_EQ(groups_of(root), (std::vector<std::string>{"."}));
}

TEST(ControlGroups, of_version_1_lie_in_the_hierarchy_that_has_the_cpu) {
  const MadeUpRoot root;
  root.write("proc/self/cgroup", "4:cpuset:/other\n3:cpu,cpuacct:/job\n0::/unified\n");
  EXPECT_EQ(groups_of(root), (std::vector<std::string>{"cpu/job", "cpu"}));
  root.write("sys/fs/cgroup/cpu,cpuacct/tasks", "");
  EXPECT_EQ(groups_of(root), (std::vector<std::string>{"cpu,cpuacct/job", "cpu,cpuacct"}));
}

TEST(ControlGroups, outside_this_namespace_are_not_looked_for) {
  const MadeUpRoot root;
  root.write("proc/self/cgroup", "0::/../../elsewhere\n");
  EXPECT_EQ(groups_of(root), (std::vector<std::string>{"."}));
}

}  // namespace
}  // namespace tsctl
