#include "tsctl/core/base/error.h"

#include <fmt/format.h>

#include <utility>

namespace tsctl {

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
  }
  return ExitCode::internal;
}

std::string_view name_from_kind(ErrorKind kind) noexcept {
  for (const Named<ErrorKind>& row : names_of(kind)) {
    if (row.value == kind) return row.name;
  }
  return "internal";
}

ErrorKind kind_from_name(std::string_view name) {
  if (const auto kind = value_of<ErrorKind>(name)) return *kind;
  throw std::invalid_argument(fmt::format("unknown error kind '{}'", name));
}

Error::Error(ErrorKind kind, const std::string& what, std::string hint, std::string detail)
    : std::runtime_error(what), kind_(kind), hint_(std::move(hint)), detail_(std::move(detail)) {}

}  // namespace tsctl
