#include "tsctl/worker/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "tsctl/core/error.h"
#include "tsctl/report/json.h"
#include "tsctl/worker/channel.h"

extern char** environ;

namespace tsctl {

namespace {

// The additions come first: getenv takes the first of two equal names.
std::vector<char*> merged_environment(const std::vector<std::string>& additions) {
  std::vector<char*> merged;
  for (const std::string& addition : additions) merged.push_back(const_cast<char*>(addition.c_str()));
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::string_view name = text.substr(0, text.find('=') + 1);
    bool replaced = false;
    for (const std::string& addition : additions) replaced = replaced || addition.starts_with(name);
    if (!replaced) merged.push_back(*entry);
  }
  merged.push_back(nullptr);
  return merged;
}

[[noreturn]] void throw_spawn_error(int code) {
  throw Error(ErrorKind::environment, std::string("a worker process cannot be started: ") + std::strerror(code));
}

}  // namespace

WorkerProcess::WorkerProcess(const std::string& executable, const std::vector<std::string>& environment) {
  int sockets[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) throw_spawn_error(errno);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, sockets[1], kWorkerSocket);

  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);

  std::string name = kWorkerName;
  std::string parent = std::to_string(getpid());
  char* const arguments[] = {name.data(), parent.data(), nullptr};
  const int code = posix_spawn(&pid_, executable.c_str(), &actions, &attributes, arguments,
                               merged_environment(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  ::close(sockets[1]);
  if (code != 0) {
    ::close(sockets[0]);
    throw_spawn_error(code);
  }
  socket_ = sockets[0];
}

WorkerProcess::~WorkerProcess() {
  if (!end_) finish(true);
  ::close(socket_);
}

void WorkerProcess::send(const WireMessage& message) { send_line(socket_, json_text(message)); }

std::optional<std::string> WorkerProcess::take_line() {
  const std::size_t newline = buffer_.find('\n');
  if (newline == std::string::npos) return std::nullopt;
  std::string line = buffer_.substr(0, newline);
  buffer_.erase(0, newline + 1);
  return line;
}

std::optional<WireMessage> WorkerProcess::receive(double timeout_s, Interrupt& interrupt) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  while (true) {
    if (auto line = take_line()) return from_json_text<WireMessage>(*line);
    int wait_ms = -1;
    if (timeout_s > 0) {
      const double left_s = timeout_s - std::chrono::duration<double>(Clock::now() - start).count();
      if (left_s <= 0) throw Timeout{};
      wait_ms = static_cast<int>(left_s * 1000.0) + 1;
    }
    pollfd watched[2] = {{socket_, POLLIN, 0}, {interrupt.fd(), POLLIN, 0}};
    if (poll(watched, 2, wait_ms) < 0 && errno != EINTR) throw_spawn_error(errno);
    interrupt.check();
    if (watched[0].revents == 0) continue;
    char bytes[65536];
    const ssize_t count = ::read(socket_, bytes, sizeof bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return std::nullopt;
    buffer_.append(bytes, static_cast<std::size_t>(count));
  }
}

void WorkerProcess::stop() {
  ::kill(pid_, SIGSTOP);
  siginfo_t info = {};
  while (waitid(P_PID, static_cast<id_t>(pid_), &info, WSTOPPED | WEXITED | WNOWAIT) != 0 && errno == EINTR) {
  }
}

void WorkerProcess::resume() { ::kill(pid_, SIGCONT); }

ProcessEnd WorkerProcess::finish(bool kill_first) {
  if (end_) return *end_;
  if (kill_first) ::kill(-pid_, SIGKILL);
  int status = 0;
  rusage usage = {};
  while (wait4(pid_, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  ::kill(-pid_, SIGKILL);  // whatever the worker started itself goes with it
  ProcessEnd end;
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
  return name != nullptr ? "SIG" + std::string(name) : "signal " + std::to_string(signal);
}

}  // namespace tsctl
