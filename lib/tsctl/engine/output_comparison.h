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
  bool in_bfloat16 = false;  // products were computed in bfloat16: use its default tolerance
};

// Compares the outputs of two sides for one call: first their structure, then dtype and shape of each output, and if
// these are equal, the values. A plain tuple matches a reference with names (a dict, a NamedTuple) of the same
// length, because a trace can return only a tuple. `names` has the names of the leaves, if it has one for each;
// otherwise leaves are named by their position. Adds a warning for every output whose reference proves nothing.
std::vector<OutputComparison> compare_outputs(const Outputs& reference, const Outputs& candidate,
                                              const ComparisonRules& rules,
                                              const std::vector<std::string>& names,
                                              std::vector<Warning>& warnings);

}  // namespace tsctl
