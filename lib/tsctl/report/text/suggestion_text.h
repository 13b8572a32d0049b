#pragma once

#include <string>
#include <vector>

#include "tsctl/core/bisect.h"
#include "tsctl/core/suggestion.h"

namespace tsctl {

// The settings that gain, each with the lines that set it, and one line about the others.
std::string suggestions_text(const std::vector<Suggestion>& suggestions);

// Which rewrite is at fault, in one line.
std::string bisect_text(const BisectResult& bisect);

}  // namespace tsctl
