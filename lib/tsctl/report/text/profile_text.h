#pragma once

#include <string>

#include "tsctl/core/bench.h"

namespace tsctl {

// "10 calls, 1.2 ms each while recorded, 1.1 ms otherwise; operators account for 97.0% of a call".
std::string profile_summary(const ProfileResult& profile);

// The operators, modules and lines that take most of the time of an arm's calls.
std::string profile_text(const ProfileResult& profile, std::size_t width = 0);

// How long opening each arm took, part by part, and the memory of its process at that time; a line for each arm that
// reports it.
std::string openings_text(const BenchResult& bench);

}  // namespace tsctl
