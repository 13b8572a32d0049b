#pragma once

#include <optional>
#include <string>
#include <vector>

#include "session/context.h"
#include "tsctl/core/inspect.h"

namespace tsctl {

// Inspects many files: prints a JSON line for each on standard output, and the result on standard error. A file that
// cannot be used is a line with its error; then the exit code is that of unusable input. `options.model_path` is ignored.
ExitCode inspect_lines(Context& context, const std::vector<std::string>& files,
                       InspectOptions options, std::optional<Severity> denied);

// The findings that are refused: those of at least this severity that the policy does not allow.
std::int64_t denied_count(const ModelSummary& summary, std::optional<Severity> least);

}  // namespace tsctl
