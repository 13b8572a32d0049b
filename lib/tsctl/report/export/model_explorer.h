#pragma once

#include <string>

#include "tsctl/core/inspect.h"
#include "tsctl/core/profile.h"

namespace tsctl {

// The graphs of all methods as the JSON that Google's Model Explorer opens: a collection with a graph for each method,
// whose layers are submodules, functions, branches and loops. Times of a profile, if there is one, stand at the
// submodules and the operators.
std::string model_explorer_from_summary(const ModelSummary& summary, const ProfileResult* profile);

}  // namespace tsctl
