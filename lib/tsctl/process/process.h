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
  bool ended_by_parent = false;  // it did not end by itself within the grace period
  std::int64_t peak_memory_bytes = 0;
};

// When to stop waiting; none has no limit.
using Deadline = std::optional<std::chrono::steady_clock::time_point>;

// That many seconds from now; none for 0 and less.
Deadline deadline_in(double seconds);

// The grace period in which a worker must end by itself after its last message, or after it closed its end.
inline constexpr double kEndAfterMessageSeconds = 10.0;
inline constexpr double kEndAfterCloseSeconds = 0.5;

// What waits for a worker. Its functions are called while receive() and finish() wait.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void output(const std::string& text) = 0;  // what the child printed, on either stream
  // Called about every second if it is wanted.
  virtual void tick() = 0;
  virtual bool wants_ticks() const = 0;
};

// A child in its worker role, in a process group of its own, that dies with this process. Messages are JSON
// lines on a socket; what the child prints goes to the listener, or to this process's stderr without one.
class WorkerProcess {
 public:
  // Starts `executable`. `environment` are NAME=VALUE additions to this process's own.
  WorkerProcess(const std::string& executable, const std::vector<std::string>& environment,
                Listener* listener = nullptr);
  ~WorkerProcess();  // ends the child with SIGKILL if it still runs
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  // Sends one message. The next receive reports a child that has ended.
  void send(const FrontMessage& message);

  // Waits for the next message. Nothing when the child closed its end or is gone, even if processes that it started
  // still hold its end. Throws Interrupted on SIGINT or SIGTERM, Timeout at the deadline, Error{execution} for an
  // invalid message.
  struct Timeout {};
  std::optional<WorkerMessage> receive(const Deadline& deadline, Interrupt& interrupt);

  // SIGSTOP for the child and what it started; returns when the kernel has stopped the whole child.
  void stop();
  void resume();  // SIGCONT
  // Restricts all present and future threads of the child to these processors.
  void pin_to(const std::vector<int>& processors);

  // Gives the child `grace_s` seconds to end by itself, ends it with SIGKILL if it does not (at once without a grace),
  // and returns how it ended. Processes that the child started end too. A second call returns the same.
  ProcessEnd finish(double grace_s = 0.0);

  pid_t pid() const noexcept { return pid_; }

 private:
  LineChannel start(const std::string& executable, const std::vector<std::string>& environment);
  bool ends_within(double seconds);
  void pass_output_on();

  Listener* listener_;
  pid_t pid_ = -1;
  FileDescriptor output_;  // what the child prints; none without a listener
  LineChannel channel_;
  FileDescriptor pid_fd_;  // readable once the child is gone; none where the kernel has no pidfd
  std::optional<ProcessEnd> end_ = {};
};

// "SIGSEGV", "SIGKILL", …, or "signal 42".
std::string name_of_signal(int signal);

}  // namespace tsctl
