#pragma once

#include <optional>
#include <string>

namespace tsctl {

// The smallest rtol that passes, with three significant digits. Rounded up: --rtol with the printed number passes.
std::string rtol_text(double passing_rtol);
std::string rtol_text(std::optional<double> passing_rtol);  // "-" for none

}  // namespace tsctl
