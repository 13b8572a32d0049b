#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tsctl/core/wire.h"
#include "tsctl/worker/interrupt.h"

namespace tsctl {

// argv[0] of a worker; the executable takes its worker role from it.
inline constexpr const char* kWorkerName = "tsctl-worker";

// How a worker ended.
struct ProcessEnd {
  int exit_status = 0;  // valid when signal is 0
  int signal = 0;
  std::int64_t peak_memory_bytes = 0;
};

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
  void send(const WireMessage& message);

  // Waits for the next message. Nothing when the child closed its end; `timeout_s` <= 0 waits for ever.
  // Throws Interrupted on SIGINT or SIGTERM, Timeout when the time is over.
  struct Timeout {};
  std::optional<WireMessage> receive(double timeout_s, Interrupt& interrupt);

  void stop();    // SIGSTOP; returns when the kernel has stopped the whole process
  void resume();  // SIGCONT

  // Waits for the child's end and gives it; `kill_first` ends it with SIGKILL.
  ProcessEnd finish(bool kill_first);

  pid_t pid() const noexcept { return pid_; }

 private:
  std::optional<std::string> take_line();

  pid_t pid_ = -1;
  int socket_ = -1;
  std::string buffer_ = {};
  std::optional<ProcessEnd> end_ = {};
};

// "SIGSEGV", "SIGKILL", …, or "signal 42".
std::string name_of_signal(int signal);

}  // namespace tsctl
