#pragma once

#include <string>
#include <utility>

#include "tsctl/core/base/error.h"

namespace tsctl {

// What LibTorch said, made readable: the sentence itself, and the whole text with TorchScript's own traceback.
struct TorchFailure {
  std::string reason =
      {};  // one line: "mat1 and mat2 shapes cannot be multiplied … (net.py:5, in forward)"
  std::string detail =
      {};  // everything that was said, without C++ stack frames; empty when it is the reason
  bool out_of_memory = false;
  std::string hint = {};  // where the text tells what to do
};

// Cleans a message of LibTorch or of its interpreter.
TorchFailure failure_from_text(const std::string& text);

// Reads the exception that is being handled; call it inside a catch block only.
TorchFailure current_failure();

// What helps with most failures inside LibTorch; a caller that knows better says so.
inline constexpr const char* kTorchHint =
    "these are LibTorch's words: hold the inputs' shapes, dtypes and --device against what the "
    "file was captured with "
    "(tsctl inspect)";

// No exception of LibTorch leaves the engine, and no C++ backtrace reaches a user: runs `work` and turns what it
// throws into Error{kind, "DOING: REASON", hint}. Memory that could not be had is always Error{execution}.
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
