#pragma once

#include <string>

#include "tsctl/core/bench.h"

namespace tsctl {

// Where the time of an arm's calls goes: the dearest operators, modules and lines.
std::string profile_text(const ProfileResult& profile);

// How long opening each arm took, part by part, and what its process then held; a line an arm, for those that tell.
std::string openings_text(const BenchResult& bench);

}  // namespace tsctl
