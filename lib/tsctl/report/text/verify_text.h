#pragma once

#include <string>

#include "tsctl/core/verify.h"

namespace tsctl {

// Whether the numbers of any output were compared: not if all outputs differ in structure, dtype or shape, or if the
// candidate raised an exception. Then there is no largest difference.
bool compares_numbers(const VerifyResult& result);
// The largest difference of all outputs, or "-".
std::string max_difference_text(const VerifyResult& result);

// The comparisons, with the place of the largest difference, the tolerance and the tolerance that would pass.
std::string verify_text(const VerifyResult& result, bool verbose);

}  // namespace tsctl
