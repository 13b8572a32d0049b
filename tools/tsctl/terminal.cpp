#include "terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string_view>
#include <utility>

namespace tsctl {

namespace {

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

bool has_colour(int stream) { return is_terminal(stream) && !is_set("NO_COLOR"); }

std::size_t columns(int stream) {
  winsize size = {};
  return is_terminal(stream) && ioctl(stream, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

// Whether the other end of the pipe or socket is closed.
bool is_closed(int stream) {
  pollfd watched = {stream, POLLOUT, 0};
  return poll(&watched, 1, 0) == 1 && (watched.revents & (POLLERR | POLLHUP)) != 0;
}

}  // namespace

Context context_of_process(std::vector<std::string> command) {
  return {.out = std::cout,
          .err = std::cerr,
          .err_is_terminal = is_terminal(STDERR_FILENO),
          .out_colour = has_colour(STDOUT_FILENO),
          .err_colour = has_colour(STDERR_FILENO),
          .out_width = columns(STDOUT_FILENO),
          .err_width = columns(STDERR_FILENO),
          .out_is_closed = [] { return is_closed(STDOUT_FILENO); },
          .command = std::move(command)};
}

}  // namespace tsctl
