#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <new>
#include <string_view>

#include "cli.h"
#include "terminal.h"
#include "tsctl/process/process.h"
#include "tsctl/worker/serve.h"

namespace {

bool is_worker(int argc, char** argv) {
  return argc == 2 && std::string_view(argv[0]) == tsctl::kWorkerName;
}

// The system gives a file the lowest free descriptor. If the caller closed a standard stream, the next file would take
// its number, and printed text would end up in a model. This opens /dev/null instead, in the direction that makes every
// use of the stream fail.
void occupy_closed_streams() {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream) {
    if (fcntl(stream, F_GETFD) < 0) open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

void set_signals() {
  std::signal(SIGCHLD, SIG_DFL);  // if the caller ignores it, the exit status of workers is lost
  // Writing to a closed pipe, or beyond the limit of a file's size, is an error like any other. Workers inherit that.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

}  // namespace

int main(int argc, char** argv) {
  if (is_worker(argc, argv)) return tsctl::serve(std::strtol(argv[1], nullptr, 10));

  occupy_closed_streams();
  set_signals();
  try {
    tsctl::Context context = tsctl::context_of_process({argv, argv + argc});
    return static_cast<int>(tsctl::cli::run({argv + 1, argv + argc}, context));
  } catch (const std::bad_alloc&) {
    constexpr std::string_view kMessage = "tsctl: error: there is not enough memory to start\n";
    static_cast<void>(!::write(STDERR_FILENO, kMessage.data(), kMessage.size()));
    return static_cast<int>(tsctl::ExitCode::environment);
  }
}
