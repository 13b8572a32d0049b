#pragma once

#include <functional>
#include <vector>

namespace tsctl {

// Whether a hypothesis is rejected when it is tested at level alpha; must reject at every higher level too.
using TestAtLevel = std::function<bool(double alpha)>;

// Holm's step-down procedure (Holm 1979, "A Simple Sequentially Rejective Multiple Test Procedure"): which of several
// hypotheses are rejected so that a true one is with probability `alpha` at the most. With j hypotheses left, each is
// tested at alpha / j, and the procedure ends when none of them is rejected.
std::vector<bool> holm_rejections(const std::vector<TestAtLevel>& tests, double alpha);

}  // namespace tsctl
