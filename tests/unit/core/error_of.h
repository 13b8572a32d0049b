#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tsctl/core/base/error.h"

namespace tsctl {

// The usage error that `work` throws, as a user reads it: "WHAT | HINT". Fails the test if it throws none.
template <typename Work>
std::string usage_error_of(Work&& work) {
  try {
    std::forward<Work>(work)();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return std::string(error.what()) + " | " + error.hint();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

}  // namespace tsctl
