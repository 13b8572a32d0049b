#pragma once

#include <string>

#include "tsctl/core/bench.h"

namespace tsctl {

// Tables of the time of each arm's calls by operator, module and line; empty without profiles.
std::string profile_tables(const BenchResult& bench);

}  // namespace tsctl
