#pragma once

#include <string>

#include "tsctl/core/verify.h"

namespace tsctl {

// What was compared, with the place, the tolerance and the tolerance that would pass.
std::string verify_text(const VerifyResult& result, bool verbose);

}  // namespace tsctl
