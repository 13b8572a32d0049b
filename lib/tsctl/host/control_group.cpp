#include "tsctl/host/control_group.h"

#include <fstream>
#include <sstream>
#include <string>

namespace tsctl {

namespace {

namespace fs = std::filesystem;

// The mount point of a hierarchy, and this process's group in it.
struct Membership {
  fs::path mount = {};
  std::string group = {};
};

bool lists(const std::string& controllers, const std::string& wanted) {
  std::istringstream names(controllers);
  for (std::string name; std::getline(names, name, ',');) {
    if (name == wanted) return true;
  }
  return false;
}

// A line is "7:cpu,cpuacct:/group" in version 1 and "0::/group" in version 2.
Membership membership_of(const std::string& controller, const fs::path& root) {
  const fs::path hierarchies = root / "sys/fs/cgroup";
  Membership found{.mount = hierarchies};
  std::ifstream stream(root / "proc/self/cgroup");
  for (std::string line; std::getline(stream, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1);
    if (lists(controllers, controller)) {
      const fs::path together = hierarchies / controllers;
      return {.mount = fs::exists(together) ? together : hierarchies / controller, .group = group};
    }
    if (controllers.empty()) found.group = group;
  }
  return found;
}

std::vector<fs::path> control_groups(const std::string& controller, const fs::path& root) {
  const Membership membership = membership_of(controller, root);
  std::vector<fs::path> folders;
  fs::path group = fs::path(membership.group).relative_path().lexically_normal();
  // The path of a group outside this namespace begins with "..", and the group is not visible.
  if (!group.empty() && *group.begin() == "..") group.clear();
  for (; !group.empty() && group != "."; group = group.parent_path())
    folders.push_back(membership.mount / group);
  folders.push_back(membership.mount);
  return folders;
}

}  // namespace

std::vector<fs::path> cpu_control_groups(const fs::path& root) {
  return control_groups("cpu", root);
}

std::vector<fs::path> memory_control_groups(const fs::path& root) {
  return control_groups("memory", root);
}

}  // namespace tsctl
