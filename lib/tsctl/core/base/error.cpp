#include "tsctl/core/base/error.h"

#include <fmt/format.h>

#include <utility>

namespace tsctl {

std::vector<int> exit_codes() {
  std::vector<int> codes;
  for (const Named<ExitCode>& row : names_of(ExitCode::ok))
    codes.push_back(static_cast<int>(row.value));
  return codes;
}

ExitCode exit_code_from_kind(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::usage:
      return ExitCode::usage;
    case ErrorKind::input:
      return ExitCode::input;
    case ErrorKind::capture:
      return ExitCode::capture;
    case ErrorKind::execution:
      return ExitCode::execution;
    case ErrorKind::environment:
      return ExitCode::environment;
    case ErrorKind::interrupted:
      return ExitCode::interrupted;
    case ErrorKind::undecided:
      return ExitCode::undecided;
    case ErrorKind::busy:
      return ExitCode::busy;
    case ErrorKind::check_failed:
      return ExitCode::check_failed;
    case ErrorKind::gate_failed:
      return ExitCode::gate_failed;
    case ErrorKind::internal:
      break;
  }
  return ExitCode::internal;
}

ErrorKind kind_from_name(std::string_view name) {
  if (const auto kind = value_of<ErrorKind>(name)) return *kind;
  throw std::invalid_argument(fmt::format("unknown error kind '{}'", name));
}

Error::Error(ErrorKind kind, const std::string& what, std::string hint, std::string detail)
    : std::runtime_error(what), kind_(kind), hint_(std::move(hint)), detail_(std::move(detail)) {}

}  // namespace tsctl
