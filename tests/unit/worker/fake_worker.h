#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tsctl/core/events.h"
#include "tsctl/worker/jobs.h"

namespace tsctl {

// With this variable in its environment a worker of this program is a real one: it runs serve().
inline constexpr const char* kServeVariable = "TSCTL_TEST_SERVE";

// What this program does as a worker. It reads one job and behaves as it asks: the job's own name, of job "run" the
// request's method, of job "open_arm" the arm's label. fake_worker.cpp lists the behaviours.
[[noreturn]] void run_fake_worker();

// This program, which is also its own worker.
std::string this_program();

// Keeps what is told.
struct RecordedEvents : Events {
  std::vector<std::string> progress_texts = {};
  std::vector<Warning> warnings = {};

  void progress(const std::string& text) override { progress_texts.push_back(text); }
  void warning(const Warning& warning) override { warnings.push_back(warning); }

  // The number behind the word `name` in a progress text, such as "pid 123"; 0 if it was not told.
  pid_t pid_after(const std::string& name) const;
};

// No process has that number (any more).
bool is_gone(pid_t pid);

// As /proc/PID/stat has it: 'R', 'S', 'T', 'Z'; ' ' for a process that is gone.
char state_of(pid_t pid);

std::size_t open_descriptors();

}  // namespace tsctl
