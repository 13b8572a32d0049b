#pragma once

#include <string>

#include "tsctl/core/bench.h"

namespace tsctl {

// Tables of where the time of each arm's calls goes; empty without profiles.
std::string profile_tables(const BenchResult& bench);

}  // namespace tsctl
