#include "tsctl/core/base/error.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace tsctl {

namespace {

struct KindRow {
  ErrorKind kind;
  std::string_view name;
  ExitCode exit_code;
};

constexpr std::array kKinds{
    KindRow{ErrorKind::usage, "usage", ExitCode::usage},
    KindRow{ErrorKind::input, "input", ExitCode::input},
    KindRow{ErrorKind::capture, "capture", ExitCode::capture},
    KindRow{ErrorKind::execution, "execution", ExitCode::execution},
    KindRow{ErrorKind::environment, "environment", ExitCode::environment},
    KindRow{ErrorKind::interrupted, "interrupted", ExitCode::interrupted},
};

}  // namespace

ExitCode exit_code_from_kind(ErrorKind kind) noexcept {
  for (const KindRow& row : kKinds) {
    if (row.kind == kind) return row.exit_code;
  }
  return ExitCode::internal;
}

std::string_view name_from_kind(ErrorKind kind) noexcept {
  for (const KindRow& row : kKinds) {
    if (row.kind == kind) return row.name;
  }
  return "internal";
}

ErrorKind kind_from_name(std::string_view name) {
  for (const KindRow& row : kKinds) {
    if (row.name == name) return row.kind;
  }
  throw std::invalid_argument(fmt::format("unknown error kind '{}'", name));
}

Error::Error(ErrorKind kind, const std::string& what, std::string hint, std::string detail)
    : std::runtime_error(what), kind_(kind), hint_(std::move(hint)), detail_(std::move(detail)) {}

}  // namespace tsctl
