#pragma once

#include <string>
#include <vector>

#include "session/context.h"

namespace tsctl::cli {

// Parses the command line, runs the chosen command and returns its exit code. Never throws.
ExitCode run(const std::vector<std::string>& arguments, Context& context);

}  // namespace tsctl::cli
