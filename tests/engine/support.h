#pragma once

#include <torch/script.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "tsctl/core/base/error.h"
#include "tsctl/core/base/events.h"
#include "tsctl/core/base/value.h"

namespace tsctl::test {

// A temporary folder for a test.
class TempDir {
 public:
  TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir();
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

class SilentEvents : public Events {
 public:
  void progress(const std::string&) override {}
  void warning(const Warning& warning) override { warnings.push_back(warning); }
  std::vector<Warning> warnings = {};
};

// Collects calls and their tensors, and writes them as a tensor file.
class Calls {
 public:
  // A value that refers to the tensor.
  Value tensor(const at::Tensor& tensor);
  Calls& add(CallRecord record);
  // Positional tensors, and an output tensor if it is defined.
  Calls& add(const std::string& label, const std::vector<at::Tensor>& args,
             const at::Tensor& output = {});
  void write(const std::string& path) const;

 private:
  std::vector<CallRecord> records_ = {};
  std::vector<at::Tensor> tensors_ = {};
};

// A module without parameters whose methods are defined by the source.
torch::jit::Module module_from(const std::string& source);

// An eval-mode module: features.0 a convolution, features.1 a batch norm, features.2 a dropout, classifier a linear
// layer; forward runs all of it, encode the features alone; the attribute `version` is "1.2".
torch::jit::Module small_network();

Value integer(std::int64_t value);
Value boolean(bool value);

// Runs `work` and gives the Error that it throws; fails the test and gives one of kind `interrupted` if none is.
template <typename Work>
Error error_of(Work&& work);

void fail_without_error();

template <typename Work>
Error error_of(Work&& work) {
  try {
    std::forward<Work>(work)();
  } catch (const Error& error) {
    return error;
  }
  fail_without_error();
  return {ErrorKind::interrupted, "no error"};
}

}  // namespace tsctl::test
