#pragma once

#include <string>

#include "tsctl/core/inspect.h"

namespace tsctl {

// The modules of a file as a tree that can be folded, each with its class and the size of its tensors.
std::string html_from_modules(const ModelSummary& summary);

// What each method calls, in order: a part that can be folded for each method, submodule, function, branch and loop.
std::string html_from_graphs(const ModelSummary& summary);

}  // namespace tsctl
