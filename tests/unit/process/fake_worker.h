#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "support/recorded_events.h"
#include "tsctl/process/jobs.h"

namespace tsctl {

// With this variable in its environment a worker of this program is a real one: it runs serve().
inline constexpr const char* kServeVariable = "TSCTL_TEST_SERVE";

// What this program does as a worker. It reads one job and behaves as the request asks: of job "run" by its method,
// of job "capture" by the name of its source, of job "open_arm" by the arm's label. fake_worker.cpp lists the behaviours.
[[noreturn]] void run_fake_worker();

// This program, which is also its own worker.
std::string this_program();

// No process has that number (any more).
bool is_gone(pid_t pid);

// As /proc/PID/stat has it: 'R', 'S', 'T', 'Z'; ' ' for a process that is gone.
char state_of(pid_t pid);

}  // namespace tsctl
