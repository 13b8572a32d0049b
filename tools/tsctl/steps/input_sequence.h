#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "steps/model_inputs.h"

namespace tsctl {

// The order in which --shape-sequence calls the sets, as indices; empty without it. `sets` is how many there are.
// Throws Error{usage} for an unknown word or value, and if there is only one set.
std::vector<std::size_t> sequence_from(const std::string& text, const ModelInputs& inputs,
                                       std::size_t sets);

}  // namespace tsctl
