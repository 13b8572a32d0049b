#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tsctl/core/inputs/input_sets.h"
#include "tsctl/core/inputs/input_spec.h"

namespace tsctl {

// Draws every tensor of the sets and writes a tensor file with one call per set, without outputs. For the same seed,
// the Python capture package draws the same bytes.
void write_drawn_inputs(const std::string& path, const std::vector<InputSet>& sets,
                        std::uint64_t seed);

}  // namespace tsctl
