#pragma once

#include <string>

#include "tsctl/core/verify.h"

namespace tsctl {

// The comparisons, with the place of the largest difference, the tolerance and the tolerance that would pass.
std::string verify_text(const VerifyResult& result, bool verbose);

}  // namespace tsctl
