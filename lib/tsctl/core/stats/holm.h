#pragma once

#include <functional>
#include <vector>

namespace tsctl {

// Whether a hypothesis is rejected at level alpha. A test that rejects at one level must reject at every higher level.
using TestAtLevel = std::function<bool(double alpha)>;

// Holm's step-down procedure (Holm 1979, "A Simple Sequentially Rejective Multiple Test Procedure"). Returns which
// hypotheses are rejected; the probability of rejecting any true one is at most `alpha`. While j hypotheses are left,
// each is tested at alpha / j; the procedure ends when none of them is rejected.
std::vector<bool> holm_rejections(const std::vector<TestAtLevel>& tests, double alpha);

}  // namespace tsctl
