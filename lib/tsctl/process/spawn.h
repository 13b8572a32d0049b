#pragma once

#include <spawn.h>
#include <sys/types.h>

#include <string>
#include <vector>

namespace tsctl {

// How a child process starts: its standard input is /dev/null, and it inherits no blocked signals, which an Interrupt
// of this process may block.
class SpawnSetup {
 public:
  SpawnSetup();
  ~SpawnSetup();
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;

  // In the child, `to` becomes a copy of this process's descriptor `from`.
  void pass_descriptor(int from, int to);
  // The child leads its own process group.
  void lead_a_group();

  // Starts the program, which is looked for in PATH if its name has no slash. `environment` are NAME=VALUE additions
  // to this process's own. Returns the error number, 0 for success.
  int start(pid_t& pid, const std::string& program, std::vector<std::string> arguments,
            const std::vector<std::string>& environment = {}) const;

 private:
  posix_spawn_file_actions_t actions_ = {};
  posix_spawnattr_t attributes_ = {};
  short flags_ = POSIX_SPAWN_SETSIGMASK;
};

}  // namespace tsctl
