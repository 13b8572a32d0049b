#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <string_view>

#include "process/fake_worker.h"
#include "tsctl/process/process.h"
#include "tsctl/worker/serve.h"

int main(int argc, char** argv) {
  if (std::string_view(argv[0]) == tsctl::kWorkerName) {
    if (std::getenv(tsctl::kServeVariable) != nullptr)
      return tsctl::serve(std::strtol(argv[1], nullptr, 10));
    tsctl::run_fake_worker();
  }
  // Whoever runs the tests, with nohup or in the background, may ignore some.
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_DFL);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
