#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "cli.h"
#include "tsctl/process/process.h"
#include "tsctl/worker/serve.h"

namespace {

// A standard stream that the caller closed would be the next file that is opened: what is printed would go into a
// model. Its place is taken by something on which reading, or writing, fails as it did.
void occupy_closed_streams() {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream) {
    if (fcntl(stream, F_GETFD) < 0) open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[0]) == tsctl::kWorkerName) {
    return tsctl::serve(std::strtol(argv[1], nullptr, 10));
  }
  occupy_closed_streams();
  std::signal(SIGCHLD, SIG_DFL);  // a caller that ignores it would hide how workers end
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is a write error like any other
  tsctl::Context context{
      .out = std::cout, .err = std::cerr, .err_is_terminal = isatty(STDERR_FILENO) != 0};
  context.command = {argv, argv + argc};
  return static_cast<int>(tsctl::cli::run({argv + 1, argv + argc}, context));
}
