#pragma once

#include <string>

#include "tsctl/core/bench.h"

namespace tsctl {

// "10 calls, 1.2 ms each while recorded, 1.1 ms otherwise; 97.0% of a call accounted for".
std::string profile_summary(const ProfileResult& profile);

// Where the time of an arm's calls goes: the operators, modules and lines that take most of it.
std::string profile_text(const ProfileResult& profile);

// How long opening each arm took, part by part, and the memory of its process then; a line for each arm that knows it.
std::string openings_text(const BenchResult& bench);

}  // namespace tsctl
