#include "tsctl/core/base/error.h"

#include <fmt/format.h>

#include <utility>

namespace tsctl {

std::vector<int> exit_codes() {
  std::vector<int> codes;
  for (const ExitCode code :
       {ExitCode::ok, ExitCode::check_failed, ExitCode::usage, ExitCode::input, ExitCode::capture,
        ExitCode::execution, ExitCode::inconclusive, ExitCode::environment, ExitCode::internal,
        ExitCode::interrupted, ExitCode::terminated}) {
    codes.push_back(static_cast<int>(code));
  }
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
    case ErrorKind::check_failed:
      return ExitCode::check_failed;
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
