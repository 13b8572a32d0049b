#include <gtest/gtest.h>

#include <cstdlib>
#include <string_view>

#include "fake_worker.h"
#include "tsctl/worker/process.h"
#include "tsctl/worker/serve.h"

int main(int argc, char** argv) {
  if (std::string_view(argv[0]) == tsctl::kWorkerName) {
    if (std::getenv(tsctl::kServeVariable) != nullptr) return tsctl::serve(std::strtol(argv[1], nullptr, 10));
    tsctl::run_fake_worker();
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
