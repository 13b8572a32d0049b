#pragma once

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tsctl/core/base/enum_names.h"

namespace tsctl {

// The kind of a failure; it determines the exit code. Nothing throws an Error of the last three kinds: the report uses
// them for a failed check, a failed gate and a bug in tsctl.
enum class ErrorKind {
  usage,
  input,
  capture,
  execution,
  environment,
  interrupted,
  undecided,  // the measurement could not decide
  busy,       // the host is too busy to measure
  check_failed,
  gate_failed,
  internal,
};

constexpr auto names_of(ErrorKind) {
  return std::to_array<Named<ErrorKind>>({
      {ErrorKind::usage, "usage"},
      {ErrorKind::input, "input"},
      {ErrorKind::capture, "capture"},
      {ErrorKind::execution, "execution"},
      {ErrorKind::environment, "environment"},
      {ErrorKind::interrupted, "interrupted"},
      {ErrorKind::undecided, "undecided"},
      {ErrorKind::busy, "busy"},
      {ErrorKind::check_failed, "check_failed"},
      {ErrorKind::gate_failed, "gate_failed"},
      {ErrorKind::internal, "internal"},
  });
}

// The exit codes of the tsctl command. Scripts depend on the numbers: never change them. The README lists them, and
// status_of() in tools/tsctl/session/finish.cpp gives each a status in the report.
enum class ExitCode {
  ok = 0,
  check_failed = 1,
  usage = 2,
  input = 3,
  capture = 4,
  execution = 5,
  undecided = 6,
  environment = 7,
  gate_failed = 8,
  busy = 9,
  internal = 70,
  interrupted = 130,
  closed_pipe = 141,  // as after SIGPIPE: the reader of standard output is gone
  terminated = 143,
};

constexpr auto names_of(ExitCode) {
  return std::to_array<Named<ExitCode>>({
      {ExitCode::ok, "ok"},
      {ExitCode::check_failed, "check_failed"},
      {ExitCode::usage, "usage"},
      {ExitCode::input, "input"},
      {ExitCode::capture, "capture"},
      {ExitCode::execution, "execution"},
      {ExitCode::undecided, "undecided"},
      {ExitCode::environment, "environment"},
      {ExitCode::gate_failed, "gate_failed"},
      {ExitCode::busy, "busy"},
      {ExitCode::internal, "internal"},
      {ExitCode::interrupted, "interrupted"},
      {ExitCode::closed_pipe, "closed_pipe"},
      {ExitCode::terminated, "terminated"},
  });
}

// All of them, as numbers.
std::vector<int> exit_codes();

ExitCode exit_code_from_kind(ErrorKind kind) noexcept;

// The kind of that name. Throws std::invalid_argument for any other name.
ErrorKind kind_from_name(std::string_view name);

// In a hint, stands for how the inputs are declared and given. An error with it is about the inputs, and its detail, such
// as a traceback, is shown with -v only. errors.py has it too.
inline constexpr const char* kDeclaredInputs = "{inputs}";

// A failure that the user can act on. Any other exception is a bug in tsctl.
class Error : public std::runtime_error {
 public:
  // `what` is one sentence without a full stop that names the file or flag. `hint` says what to do. `detail` is text of
  // several lines, such as a Python traceback, to print below the message.
  Error(ErrorKind kind, const std::string& what, std::string hint = {}, std::string detail = {});

  ErrorKind kind() const noexcept { return kind_; }
  const std::string& hint() const noexcept { return hint_; }
  const std::string& detail() const noexcept { return detail_; }

 private:
  ErrorKind kind_;
  std::string hint_;
  std::string detail_;
};

}  // namespace tsctl
