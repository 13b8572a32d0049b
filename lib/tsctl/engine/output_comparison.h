#pragma once

#include <vector>

#include "tsctl/core/base/warning.h"
#include "tsctl/core/tensor_difference.h"
#include "tsctl/core/tolerance.h"
#include "tsctl/core/verify.h"
#include "tsctl/engine/outputs.h"

namespace tsctl {

struct ComparisonRules {
  ToleranceOptions tolerance = {};
  bool in_bfloat16 = false;  // floats were multiplied so: without a --rtol its default is theirs
};

// Compares what two sides gave for one call: structure, then count, dtype and shape of each output, and values only
// where these agree. A reference with names (a dict, a NamedTuple) may come back as a plain tuple of the same
// length, because that is all a trace can return. `names` are the outputs' names, if there is one for each leaf;
// otherwise they are named by their place. Adds a warning for every output whose reference proves nothing.
std::vector<OutputComparison> compare_outputs(const Outputs& reference, const Outputs& candidate,
                                              const ComparisonRules& rules,
                                              const std::vector<std::string>& names,
                                              std::vector<Warning>& warnings);

}  // namespace tsctl
