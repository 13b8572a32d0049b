#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "cli.h"
#include "tsctl/process/process.h"
#include "tsctl/worker/serve.h"

namespace {

// The system gives a file the lowest free descriptor. If the caller closed a standard stream, the next file would take
// its number, and printed text would end up in a model. This opens /dev/null instead, in the direction that makes every
// use of the stream fail.
void occupy_closed_streams() {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream) {
    if (fcntl(stream, F_GETFD) < 0) open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

// A terminal that a person looks at and that understands control sequences.
bool is_terminal(int stream) {
  const char* kind = std::getenv("TERM");
  return isatty(stream) != 0 && kind != nullptr && std::string_view(kind) != "dumb" &&
         !is_set("CI");
}

std::size_t columns(int stream) {
  winsize size = {};
  return ioctl(stream, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

// Whether the other end of the pipe or socket is closed.
bool is_closed(int stream) {
  pollfd watched = {stream, POLLOUT, 0};
  return poll(&watched, 1, 0) == 1 && (watched.revents & (POLLERR | POLLHUP)) != 0;
}

bool is_worker(int argc, char** argv) {
  return argc == 2 && std::string_view(argv[0]) == tsctl::kWorkerName;
}

}  // namespace

int main(int argc, char** argv) {
  if (is_worker(argc, argv)) return tsctl::serve(std::strtol(argv[1], nullptr, 10));

  occupy_closed_streams();
  std::signal(SIGCHLD,
              SIG_DFL);  // a caller that ignores SIGCHLD would hide the exit status of workers
  std::signal(SIGPIPE, SIG_IGN);  // writing to a closed pipe is an error like any other
  tsctl::Context context{.out = std::cout,
                         .err = std::cerr,
                         .err_is_terminal = is_terminal(STDERR_FILENO),
                         .out_colour = is_terminal(STDOUT_FILENO) && !is_set("NO_COLOR"),
                         .err_colour = is_terminal(STDERR_FILENO) && !is_set("NO_COLOR"),
                         .out_width = is_terminal(STDOUT_FILENO) ? columns(STDOUT_FILENO) : 0,
                         .err_width = is_terminal(STDERR_FILENO) ? columns(STDERR_FILENO) : 0,
                         .out_is_closed = [] { return is_closed(STDOUT_FILENO); },
                         .command = {argv, argv + argc}};
  return static_cast<int>(tsctl::cli::run({argv + 1, argv + argc}, context));
}
