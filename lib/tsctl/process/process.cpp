#include "tsctl/process/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "tsctl/core/base/error.h"
#include "tsctl/process/spawn.h"
#include "tsctl/report/json/json.h"

namespace tsctl {

namespace {

[[noreturn]] void throw_spawn_error(int code) {
  throw Error(ErrorKind::environment,
              fmt::format("a worker process cannot be started: {}", std::strerror(code)));
}

constexpr double kTickSeconds = 1.0;

Deadline earlier_of(const Deadline& one, const Deadline& other) {
  return one && (!other || *one < *other) ? one : other;
}

// For poll: rounded up, so that a wait never ends just before its deadline; -1 has no limit.
int milliseconds_until(const Deadline& deadline) {
  constexpr double kLongestMs = 1e9;  // poll takes an int; a longer wait polls again
  if (!deadline) return -1;
  const std::chrono::duration<double, std::milli> left =
      *deadline - std::chrono::steady_clock::now();
  return static_cast<int>(std::clamp(std::ceil(left.count()), 0.0, kLongestMs));
}

}  // namespace

Deadline deadline_in(double seconds) {
  // 30 years; beyond, the clock's nanoseconds could overflow.
  constexpr double kForEverSeconds = 1e9;
  if (seconds <= 0.0 || seconds > kForEverSeconds) return std::nullopt;
  const std::chrono::duration<double> wait(seconds);
  return std::chrono::steady_clock::now() +
         std::chrono::duration_cast<std::chrono::steady_clock::duration>(wait);
}

WorkerProcess::WorkerProcess(const std::string& executable,
                             const std::vector<std::string>& environment, Listener* listener)
    : listener_(listener),
      channel_(start(executable, environment)),
      // By number: glibc 2.36 declares pidfd_open without C linkage.
      pid_fd_(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0))) {}

LineChannel WorkerProcess::start(const std::string& executable,
                                 const std::vector<std::string>& environment) {
  int sockets[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) throw_spawn_error(errno);
  FileDescriptor ours(sockets[0]);
  const FileDescriptor theirs(sockets[1]);
  FileDescriptor printed;
  if (listener_ != nullptr) {
    int ends[2] = {-1, -1};
    if (pipe2(ends, O_CLOEXEC) != 0) throw_spawn_error(errno);
    output_ = FileDescriptor(ends[0]);
    printed = FileDescriptor(ends[1]);
    fcntl(output_.get(), F_SETFL, O_NONBLOCK);
  }

  SpawnSetup setup;
  if (printed.valid()) setup.pass_descriptor(printed.get(), STDERR_FILENO);
  setup.pass_descriptor(STDERR_FILENO, STDOUT_FILENO);
  setup.pass_descriptor(theirs.get(), kWorkerSocket);
  setup.lead_a_group();
  const int code =
      setup.start(pid_, executable, {kWorkerName, std::to_string(getpid())}, environment);
  if (code != 0) throw_spawn_error(code);
  return LineChannel(std::move(ours));
}

WorkerProcess::~WorkerProcess() { finish(); }

void WorkerProcess::send(const FrontMessage& message) { channel_.send(json_text(message)); }

std::optional<WorkerMessage> WorkerProcess::receive(const Deadline& deadline,
                                                    Interrupt& interrupt) {
  while (true) {
    if (const auto line = channel_.take_line()) {
      try {
        return from_json_text<WorkerMessage>(*line);
      } catch (const Error& error) {
        throw Error(ErrorKind::execution,
                    fmt::format("the worker process sent an invalid message: {}", error.what()),
                    "the model wrote to a descriptor of tsctl");
      }
    }
    pollfd watched[4] = {{channel_.descriptor(), POLLIN, 0},
                         {interrupt.fd(), POLLIN, 0},
                         {pid_fd_.get(), POLLIN, 0},
                         {output_.get(), POLLIN, 0}};
    const bool ticks = listener_ != nullptr && listener_->wants_ticks();
    const Deadline wake_up = ticks ? earlier_of(deadline, deadline_in(kTickSeconds)) : deadline;
    const int ready = poll(watched, 4, milliseconds_until(wake_up));
    if (ready < 0 && errno != EINTR) {
      throw Error(ErrorKind::environment,
                  fmt::format("cannot wait for a worker process: {}", std::strerror(errno)));
    }
    interrupt.check();
    if (ticks) listener_->tick();
    if (ready < 0) continue;
    if (ready == 0 && deadline && std::chrono::steady_clock::now() >= *deadline) throw Timeout{};
    if (watched[3].revents != 0) pass_output_on();
    if (watched[0].revents != 0) {
      if (!channel_.read_more(true)) return std::nullopt;
    } else if (watched[2].revents != 0) {
      // Messages that it sent between the check of the socket and its end are still in the socket.
      if (!channel_.read_more(false)) return std::nullopt;
    }
  }
}

void WorkerProcess::stop() {
  if (end_) return;
  ::kill(-pid_, SIGSTOP);
  siginfo_t info = {};
  while (waitid(P_PID, static_cast<id_t>(pid_), &info, WSTOPPED | WEXITED | WNOWAIT) != 0 &&
         errno == EINTR) {
  }
}

void WorkerProcess::resume() {
  if (!end_) ::kill(-pid_, SIGCONT);
}

void WorkerProcess::pin_to(const std::vector<int>& processors) {
  if (end_) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int processor : processors) CPU_SET(static_cast<std::size_t>(processor), &set);
  std::error_code gone;
  for (const auto& task :
       std::filesystem::directory_iterator("/proc/" + std::to_string(pid_) + "/task", gone)) {
    // The thread may have ended in the meantime.
    sched_setaffinity(std::stoi(task.path().filename().string()), sizeof set, &set);
  }
}

void WorkerProcess::pass_output_on() {
  std::array<char, 1 << 16> block = {};
  while (output_.valid()) {
    const ssize_t count = ::read(output_.get(), block.data(), block.size());
    if (count > 0) {
      listener_->output({block.data(), static_cast<std::size_t>(count)});
    } else if (count == 0) {
      output_.close();
    } else if (errno != EINTR) {
      return;  // nothing more at the moment
    }
  }
}

bool WorkerProcess::ends_within(double seconds) {
  const Deadline deadline = deadline_in(seconds);
  if (!deadline) return false;
  while (true) {
    // Without a pidfd this waits until the deadline.
    pollfd watched[2] = {{pid_fd_.get(), POLLIN, 0}, {output_.get(), POLLIN, 0}};
    const int ready = poll(watched, 2, milliseconds_until(deadline));
    if (ready < 0 && errno == EINTR) continue;
    // A child that prints more than the pipe holds could not end.
    if (watched[1].revents != 0) pass_output_on();
    if (ready > 0 && watched[0].revents == 0) continue;
    siginfo_t info = {};
    return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == pid_;
  }
}

ProcessEnd WorkerProcess::finish(double grace_s) {
  if (end_) return *end_;
  ProcessEnd end;
  end.ended_by_parent = !ends_within(grace_s);
  // The kernel does not reuse the process number before wait4, so the signal reaches the worker's group only.
  ::kill(-pid_, SIGKILL);
  int status = 0;
  rusage usage = {};
  while (wait4(pid_, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    end.signal = WTERMSIG(status);
  } else {
    end.exit_status = WEXITSTATUS(status);
  }
  pass_output_on();
  end.peak_memory_bytes = static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
  end_ = end;
  return end;
}

std::string name_of_signal(int signal) {
  const char* name = sigabbrev_np(signal);
  return name != nullptr ? fmt::format("SIG{}", name) : fmt::format("signal {}", signal);
}

}  // namespace tsctl
