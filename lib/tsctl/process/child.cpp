#include "tsctl/process/child.h"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstring>

namespace tsctl {

namespace {

// Linux 5.9 has close_range; before, a guard keeps what is above.
constexpr int kDescriptorsToClose = 1024;

// Only functions that are safe in a child of a process with threads.
[[noreturn]] void guard(pid_t group, pid_t front) {
  ::setpgid(0, 0);  // a guard in the group would be stopped with it
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, nullptr);
  ::prctl(PR_SET_PDEATHSIG, SIGHUP);
  if (syscall(SYS_close_range, 0U, ~0U, 0U) != 0) {
    for (int descriptor = 0; descriptor < kDescriptorsToClose; ++descriptor) ::close(descriptor);
  }
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGHUP);
  while (::getppid() == front) sigwaitinfo(&ends, nullptr);
  ::kill(-group, SIGKILL);
  ::_exit(0);
}

pid_t start_guard(pid_t group) {
  const pid_t front = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) guard(group, front);
  return child;
}

void wait_for(pid_t pid, int* status, rusage* usage) {
  while (wait4(pid, status, 0, usage) < 0 && errno == EINTR) {
  }
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

bool has_passed(const Deadline& deadline) {
  return deadline && std::chrono::steady_clock::now() >= *deadline;
}

int milliseconds_until(const Deadline& deadline) {
  constexpr double kLongestMs = 1e9;  // poll takes an int; a longer wait polls again
  if (!deadline) return -1;
  const std::chrono::duration<double, std::milli> left =
      *deadline - std::chrono::steady_clock::now();
  return static_cast<int>(std::clamp(std::ceil(left.count()), 0.0, kLongestMs));
}

int ChildProcess::start(SpawnSetup& setup, const std::string& program,
                        std::vector<std::string> arguments,
                        const std::vector<std::string>& environment) {
  setup.lead_a_group();
  if (const int code = setup.start(pid_, program, std::move(arguments), environment); code != 0) {
    pid_ = -1;
    return code;
  }
  guard_ = start_guard(pid_);
  if (guard_ < 0) {
    const int code = errno;
    end();
    return code;
  }
  // By number: glibc 2.36 declares pidfd_open without C linkage.
  pid_fd_ = FileDescriptor(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
  return 0;
}

ChildProcess::~ChildProcess() { end(); }

bool ChildProcess::has_ended() const {
  if (end_ || pid_ < 0) return true;
  siginfo_t info = {};
  return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == pid_;
}

ProcessEnd ChildProcess::end() {
  if (end_ || pid_ < 0) return end_.value_or(ProcessEnd{});
  // The kernel does not reuse the process number before wait4, so the signal reaches the child's group only.
  ::kill(-pid_, SIGKILL);
  ProcessEnd end;
  int status = 0;
  rusage usage = {};
  wait_for(pid_, &status, &usage);
  if (guard_ > 0) {
    ::kill(guard_, SIGKILL);
    wait_for(guard_, nullptr, nullptr);
  }
  if (WIFSIGNALED(status)) {
    end.signal = WTERMSIG(status);
  } else {
    end.exit_status = WEXITSTATUS(status);
  }
  end.peak_memory_bytes = static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
  end_ = end;
  return end;
}

std::string name_of_signal(int signal) {
  const char* name = sigabbrev_np(signal);
  return name != nullptr ? fmt::format("SIG{}", name) : fmt::format("signal {}", signal);
}

}  // namespace tsctl
