#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tsctl/core/base/file_descriptor.h"
#include "tsctl/core/wire.h"
#include "tsctl/process/channel.h"
#include "tsctl/process/interrupt.h"

namespace tsctl {

// argv[0] of a worker; the executable takes its worker role from it.
inline constexpr const char* kWorkerName = "tsctl-worker";

// How a worker ended.
struct ProcessEnd {
  int exit_status = 0;  // valid when signal is 0
  int signal = 0;
  bool ended_by_parent = false;  // it did not end by itself in the time it was given
  std::int64_t peak_memory_bytes = 0;
};

// When to stop waiting; none waits for ever.
using Deadline = std::optional<std::chrono::steady_clock::time_point>;

// That many seconds from now; none for 0 and less.
Deadline deadline_in(double seconds);

// What a worker that has sent its last message, or closed its end, is given to end by itself.
inline constexpr double kEndAfterMessageSeconds = 10.0;
inline constexpr double kEndAfterCloseSeconds = 0.5;

// A child in its worker role, in a process group of its own, that dies with this process. Messages are JSON
// lines on a socket; what the child prints to stdout goes to this process's stderr.
class WorkerProcess {
 public:
  // Starts `executable`. `environment` are NAME=VALUE additions to this process's own.
  WorkerProcess(const std::string& executable, const std::vector<std::string>& environment);
  ~WorkerProcess();  // ends the child with SIGKILL if it still runs
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  // Sends one message. A child that is gone is noticed by the next receive.
  void send(const FrontMessage& message);

  // Waits for the next message. Nothing when the child closed its end or is gone, even if processes that it started
  // still hold its end. Throws Interrupted on SIGINT or SIGTERM, Timeout when the time is over, Error{execution} when
  // what came is no message.
  struct Timeout {};
  std::optional<WorkerMessage> receive(const Deadline& deadline, Interrupt& interrupt);

  void
  stop();  // SIGSTOP for the child and what it started; returns when the kernel has stopped the whole child
  void resume();  // SIGCONT
  // Lets every thread that the child has, and those it starts later, run on these processors only.
  void hold_to(const std::vector<int>& processors);

  // Gives the child `grace_s` seconds to end by itself, ends it with SIGKILL if it does not, and returns how it ended.
  // What it started itself goes with it.
  ProcessEnd finish(double grace_s = 0.0);

  pid_t pid() const noexcept { return pid_; }

 private:
  LineChannel start(const std::string& executable, const std::vector<std::string>& environment);
  bool ends_within(double seconds) const;

  pid_t pid_ = -1;
  LineChannel channel_;
  FileDescriptor pid_fd_;  // readable once the child is gone; none where the kernel has no pidfd
  std::optional<ProcessEnd> end_ = {};
};

// "SIGSEGV", "SIGKILL", …, or "signal 42".
std::string name_of_signal(int signal);

}  // namespace tsctl
