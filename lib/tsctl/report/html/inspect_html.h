#pragma once

#include <string>

#include "tsctl/core/inspect.h"

namespace tsctl {

// What a TorchScript file holds, a table for each list.
std::string html_from_summary(const ModelSummary& summary);

}  // namespace tsctl
