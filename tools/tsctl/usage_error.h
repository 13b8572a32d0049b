#pragma once

#include <optional>

#include "tsctl/core/base/error.h"

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace tsctl::cli {

// The error for a command line that CLI11 refused: it names the word at fault and suggests the closest known name.
Error usage_error(const CLI::App& app, const CLI::ParseError& error);

// The error for an option whose value is the name of another flag, as in `--json --csv`; none if every option has a value.
// CLI11 itself takes any word after an option as its value.
std::optional<Error> missing_value(const CLI::App& app);

}  // namespace tsctl::cli
