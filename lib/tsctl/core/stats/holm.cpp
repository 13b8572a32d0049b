#include "tsctl/core/stats/holm.h"

#include <algorithm>
#include <cstddef>

namespace tsctl {

std::vector<bool> holm_rejections(const std::vector<TestAtLevel>& tests, double alpha) {
  std::vector<bool> rejected(tests.size(), false);
  std::size_t left = tests.size();
  while (left > 0) {
    const double level = alpha / static_cast<double>(left);
    const auto before = left;
    for (std::size_t i = 0; i < tests.size(); ++i) {
      if (rejected[i] || !tests[i](level)) continue;
      rejected[i] = true;
      --left;
    }
    if (left == before) break;
  }
  return rejected;
}

}  // namespace tsctl
