#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tsctl/core/base/error.h"

namespace tsctl {

// "kind: WHAT | HINT" of the Error that `work` throws. Fails the test if it throws none.
template <typename Work>
std::string error_of(Work&& work) {
  try {
    work();
  } catch (const Error& error) {
    return std::string(name_of(error.kind())) + ": " + error.what() + " | " + error.hint();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

}  // namespace tsctl
