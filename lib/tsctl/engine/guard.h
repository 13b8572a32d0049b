#pragma once

#include <string>
#include <utility>

#include "tsctl/core/base/error.h"

namespace tsctl {

// A failure of LibTorch, in readable form.
struct TorchFailure {
  // One line: "mat1 and mat2 shapes cannot be multiplied … (net.py:5, in forward)"
  std::string reason = {};
  // The whole message with TorchScript's traceback, without C++ stack frames; empty if it is one line.
  std::string detail = {};
  bool out_of_memory = false;
  std::string hint = {};  // what to do, for known messages
};

// Parses a message of LibTorch or of its interpreter.
TorchFailure failure_from_text(const std::string& text);

// Parses the current exception. Call it only in a catch block.
TorchFailure current_failure();

// The hint for failures inside LibTorch, unless the caller gives a more specific one.
inline constexpr const char* kTorchHint =
    "this is LibTorch's message; check shapes, dtypes, ranges and --device: {inputs}; -v shows the "
    "traceback";

// Runs `work` and converts every exception to Error{kind, "DOING: REASON", hint}, so that no LibTorch exception
// leaves the engine and no C++ backtrace reaches the user. Running out of memory is always Error{execution}.
template <typename Work>
auto guarded(ErrorKind kind, const std::string& doing, Work&& work,
             const std::string& hint = kTorchHint) {
  try {
    return std::forward<Work>(work)();
  } catch (const Error&) {
    throw;
  } catch (...) {
    const TorchFailure failure = current_failure();
    throw Error(failure.out_of_memory ? ErrorKind::execution : kind, doing + ": " + failure.reason,
                failure.hint.empty() ? hint : failure.hint, failure.detail);
  }
}

}  // namespace tsctl
