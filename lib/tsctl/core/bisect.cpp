#include "tsctl/core/bisect.h"

namespace tsctl {

std::int64_t first_bad(std::int64_t count, const std::function<bool(std::int64_t)>& is_bad) {
  if (is_bad(0)) return 0;
  std::int64_t good = 0;
  std::int64_t bad = count;
  while (bad - good > 1) {
    const std::int64_t middle = good + (bad - good) / 2;
    (is_bad(middle) ? bad : good) = middle;
  }
  return bad;
}

}  // namespace tsctl
