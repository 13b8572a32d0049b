#pragma once

#include <string>
#include <vector>

#include "tsctl/core/verify.h"

namespace tsctl {

// The comparisons of outputs: a table of the candidates, and for each a table of its outputs.
std::string html_from_verify(const std::vector<VerifyResult>& results);

// The outputs of `tsctl run`.
std::string html_from_run(const RunResult& run);

}  // namespace tsctl
