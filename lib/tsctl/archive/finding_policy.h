#pragma once

#include <string>
#include <vector>

#include "tsctl/core/file_findings.h"

namespace tsctl {

// What a policy file allows. Throws Error{input} for text that is not a policy: it must be valid in every detail,
// because a key that is misspelled would allow more than it says. `path` names it in messages.
std::vector<AllowedFinding> policy_from_text(const std::string& text, const std::string& path);

}  // namespace tsctl
