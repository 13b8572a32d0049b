#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tsctl/core/inputs/input_sets.h"
#include "tsctl/core/inputs/input_spec.h"

namespace tsctl {

// Draws every tensor of the sets and writes them as a tensor file of calls without outputs. The same seed gives the
// same bytes as the embedded Python draws for eager.
void write_drawn_inputs(const std::string& path, const std::vector<InputSet>& sets,
                        std::uint64_t seed);

}  // namespace tsctl
