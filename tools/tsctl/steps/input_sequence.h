#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "steps/model_inputs.h"

namespace tsctl {

// The order in which --shape-sequence calls the sets, as indices; empty without it. `sets` is how many there are.
// Throws Error{usage} for a word or a value that is none of them, and where there is only one set.
std::vector<std::size_t> sequence_from(const std::string& text, const ModelInputs& inputs,
                                       std::size_t sets);

}  // namespace tsctl
