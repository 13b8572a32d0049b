#pragma once

#include <gtest/gtest.h>

#include <utility>

#include "tsctl/core/base/error.h"

namespace tsctl {

// The Error that `work` throws. Fails the test if it throws none.
template <typename Work>
Error thrown_error(Work&& work) {
  try {
    std::forward<Work>(work)();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return {ErrorKind::usage, ""};
}

}  // namespace tsctl
