#pragma once

#include <string>
#include <vector>

#include "tsctl/core/inspect.h"

namespace tsctl {

// What the manifest wrongly says about the file, a sentence each: "the manifest states that it was frozen, and its
// weights are parameters". Statements that the file alone cannot prove or disprove are left out.
std::vector<std::string> manifest_differences(const ModelSummary& summary);

}  // namespace tsctl
