#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tsctl/core/base/file_descriptor.h"
#include "tsctl/core/wire.h"
#include "tsctl/process/channel.h"
#include "tsctl/process/child.h"
#include "tsctl/process/interrupt.h"

namespace tsctl {

// argv[0] of a worker; the executable takes its worker role from it.
inline constexpr const char* kWorkerName = "tsctl-worker";

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

// A child in its worker role, with the process group of a ChildProcess. Messages are JSON lines on a socket; what the
// child prints goes to the listener, or to this process's stderr without one.
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
  // still hold its end. Throws Interrupted on SIGINT or SIGTERM, Timeout at the deadline, however much the child sends or
  // prints, and Error{execution} for an invalid message.
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

  pid_t pid() const noexcept { return child_.pid(); }

  // The last that it printed, if there is a listener: libraries say there why they end the process.
  const std::string& last_output() const noexcept { return last_output_; }

 private:
  LineChannel start(const std::string& executable, const std::vector<std::string>& environment);
  bool ends_within(double seconds);
  void pass_output_on();

  Listener* listener_;
  ChildProcess child_ = {};
  FileDescriptor output_;  // what the child prints; none without a listener
  LineChannel channel_;
  std::string last_output_ = {};
  std::optional<ProcessEnd> end_ = {};
};

}  // namespace tsctl
