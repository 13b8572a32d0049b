#include "tsctl/process/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "tsctl/core/base/error.h"
#include "tsctl/core/base/simple_json.h"
#include "tsctl/core/base/system_limit.h"
#include "tsctl/process/spawn.h"
#include "tsctl/report/json/json.h"

namespace tsctl {

namespace {

[[noreturn]] void throw_spawn_error(int code) {
  throw Error(ErrorKind::environment,
              fmt::format("a worker process cannot be started: {}", std::strerror(code)),
              hint_for_limit(code, "run tsctl doctor to see what is missing"));
}

constexpr double kTickSeconds = 1.0;
constexpr std::int64_t kMaxMessageValues = 5'000'000;

Deadline earlier_of(const Deadline& one, const Deadline& other) {
  return one && (!other || *one < *other) ? one : other;
}

// What the child prints is read in parts of at most this, so that a flood does not keep the parent from its deadline.
constexpr int kMostBlocks = 16;
constexpr std::size_t kLastOutputBytes = 4096;

}  // namespace

WorkerProcess::WorkerProcess(const std::string& executable,
                             const std::vector<std::string>& environment, Listener* listener)
    : listener_(listener), channel_(start(executable, environment)) {}

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
  const int code =
      child_.start(setup, executable, {kWorkerName, std::to_string(getpid())}, environment);
  if (code != 0) throw_spawn_error(code);
  return LineChannel(std::move(ours));
}

WorkerProcess::~WorkerProcess() { finish(); }

void WorkerProcess::send(const FrontMessage& message) { channel_.send(json_text(message)); }

std::optional<WorkerMessage> WorkerProcess::receive(const Deadline& deadline,
                                                    Interrupt& interrupt) {
  while (true) {
    // A child that sends without a pause always has a message.
    if (has_passed(deadline)) throw Timeout{};
    if (const auto line = channel_.take_line()) {
      try {
        require_simple_json(*line, "the message of the worker process", kMaxMessageValues);
        return from_json_text<WorkerMessage>(*line);
      } catch (const Error& error) {
        throw Error(ErrorKind::execution,
                    fmt::format("the worker process sent an invalid message: {}", error.what()),
                    "the model wrote to a descriptor of tsctl");
      }
    }
    pollfd watched[4] = {{channel_.descriptor(), POLLIN, 0},
                         {interrupt.fd(), POLLIN, 0},
                         {child_.descriptor(), POLLIN, 0},
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
    if (has_passed(deadline)) throw Timeout{};
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
  ::kill(-child_.pid(), SIGSTOP);
  siginfo_t info = {};
  while (waitid(P_PID, static_cast<id_t>(child_.pid()), &info, WSTOPPED | WEXITED | WNOWAIT) != 0 &&
         errno == EINTR) {
  }
}

void WorkerProcess::resume() {
  if (!end_) ::kill(-child_.pid(), SIGCONT);
}

void WorkerProcess::pin_to(const std::vector<int>& processors) {
  if (end_) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int processor : processors) CPU_SET(static_cast<std::size_t>(processor), &set);
  std::error_code gone;
  for (const auto& task : std::filesystem::directory_iterator(
           "/proc/" + std::to_string(child_.pid()) + "/task", gone)) {
    // The thread may have ended in the meantime.
    sched_setaffinity(std::stoi(task.path().filename().string()), sizeof set, &set);
  }
}

void WorkerProcess::pass_output_on() {
  std::array<char, 1 << 16> block = {};
  for (int blocks = 0; output_.valid() && blocks < kMostBlocks; ++blocks) {
    const ssize_t count = ::read(output_.get(), block.data(), block.size());
    if (count > 0) {
      const std::string text(block.data(), static_cast<std::size_t>(count));
      last_output_ += text;
      if (last_output_.size() > kLastOutputBytes)
        last_output_.erase(0, last_output_.size() - kLastOutputBytes);
      listener_->output(text);
    } else if (count == 0) {
      output_.close();
    } else if (errno != EINTR) {
      return;  // nothing more at the moment
    }
  }
}

bool WorkerProcess::ends_within(double seconds) {
  const Deadline deadline = deadline_in(seconds);
  while (!child_.has_ended()) {
    if (!deadline || has_passed(deadline)) return false;
    // Without a pidfd this waits until the deadline.
    pollfd watched[2] = {{child_.descriptor(), POLLIN, 0}, {output_.get(), POLLIN, 0}};
    poll(watched, 2, milliseconds_until(deadline));
    // A child that prints more than the pipe holds could not end.
    if (watched[1].revents != 0) pass_output_on();
  }
  return true;
}

ProcessEnd WorkerProcess::finish(double grace_s) {
  if (end_) return *end_;
  const bool by_itself = ends_within(grace_s);
  ProcessEnd end = child_.end();
  end.ended_by_parent = !by_itself;
  pass_output_on();
  end_ = end;
  return end;
}

}  // namespace tsctl
