#pragma once

#include <string>
#include <vector>

#include "tsctl/core/report.h"

namespace tsctl {

// What the kernel offers: the members that enter_sandbox() would enforce here.
SandboxInfo sandbox_support();

// What a sandboxed process needs. Names of files that do not exist are ignored.
struct SandboxPolicy {
  std::vector<std::string> readable = {};  // files, and folders with all that is below
  std::vector<std::string> writable = {};  // to be read too
  bool uses_gpu = false;                   // the driver needs its device files and local sockets
};

// Takes from this thread, and all that it starts, what a file's code needs to do harm: with Landlock, to reach files
// other than those of the policy and to signal other processes; with seccomp, to open network connections, to start
// processes, and to change the system. Nothing can undo it. What the kernel lacks is left out, see sandbox_support().
// Throws Error{environment} if the kernel refuses what it offers.
void enter_sandbox(const SandboxPolicy& policy);

}  // namespace tsctl
