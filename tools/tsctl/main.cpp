#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "cli.h"
#include "tsctl/worker/process.h"
#include "tsctl/worker/serve.h"

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[0]) == tsctl::kWorkerName) {
    return tsctl::serve(std::strtol(argv[1], nullptr, 10));
  }
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is a write error like any other
  tsctl::Context context{.out = std::cout, .err = std::cerr, .err_is_terminal = isatty(STDERR_FILENO) != 0};
  context.command = {argv, argv + argc};
  return static_cast<int>(tsctl::cli::run({argv + 1, argv + argc}, context));
}
