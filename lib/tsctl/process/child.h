#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/base/file_descriptor.h"
#include "tsctl/process/spawn.h"

namespace tsctl {

// When to stop waiting; none has no limit.
using Deadline = std::optional<std::chrono::steady_clock::time_point>;

// That many seconds from now; none for 0 and less.
Deadline deadline_in(double seconds);

bool has_passed(const Deadline& deadline);

// For poll: rounded up, so that a wait never ends just before its deadline; -1 has no limit.
int milliseconds_until(const Deadline& deadline);

// How a child ended.
struct ProcessEnd {
  int exit_status = 0;  // valid when signal is 0
  int signal = 0;
  bool ended_by_parent = false;  // it did not end by itself within the grace period
  std::int64_t peak_memory_bytes = 0;
};

// A child that leads its own process group. The group ends with this object, and with this process, however that
// ends: PR_SET_PDEATHSIG would reach the child, but not what the child started, so a second child, the guard, waits for
// the end of this process and then ends the group. Processes that leave the group escape.
class ChildProcess {
 public:
  // Starts the program as SpawnSetup::start() does. Returns the error number; 0 for success.
  int start(SpawnSetup& setup, const std::string& program, std::vector<std::string> arguments,
            const std::vector<std::string>& environment = {});

  ChildProcess() = default;
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const noexcept { return pid_; }
  // Readable once the child is gone; none where the kernel has no pidfd.
  int descriptor() const noexcept { return pid_fd_.get(); }
  bool is_over() const noexcept { return end_.has_value(); }

  // Whether the child has ended; does not wait.
  bool has_ended() const;

  // Ends the group with SIGKILL and returns how the child ended. A second call returns the same.
  ProcessEnd end();

 private:
  pid_t pid_ = -1;
  pid_t guard_ = -1;
  FileDescriptor pid_fd_ = {};
  std::optional<ProcessEnd> end_ = {};
};

// "SIGSEGV", "SIGKILL", …, or "signal 42".
std::string name_of_signal(int signal);

}  // namespace tsctl
