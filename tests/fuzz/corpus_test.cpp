#include <gtest/gtest.h>

#include <filesystem>

#include "archive_files.h"
#include "targets.h"

// Inputs that once found a defect, and inputs that reach much of the code. scripts/fuzz searches for more.
namespace tsctl::fuzz {

namespace {

TEST(FuzzCorpus, has_no_input_that_does_harm) {
  int count = 0;
  for (const Target& target : targets()) {
    const auto folder = std::filesystem::path(TSCTL_FUZZ_CORPUS) / target.name;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      SCOPED_TRACE(entry.path());
      EXPECT_NO_THROW(run_target(target.name, bytes_of(entry.path())));
      ++count;
    }
  }
  EXPECT_GT(count, 0);
}

}  // namespace

}  // namespace tsctl::fuzz
