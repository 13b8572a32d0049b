#include "tsctl/core/base/did_you_mean.h"

#include <algorithm>

namespace tsctl {

namespace {

// Longer texts are not typing mistakes of a flag or a name. The limit bounds the cost.
constexpr std::size_t kMaxLength = 64;

char lowered(char letter) noexcept {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

std::size_t allowed_edits(std::size_t length) noexcept {
  return length <= 3 ? 1 : length <= 6 ? 2 : 3;
}

}  // namespace

std::size_t edit_distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> before_last(right.size() + 1, 0);
  std::vector<std::size_t> last(right.size() + 1, 0);
  std::vector<std::size_t> current(right.size() + 1, 0);
  for (std::size_t j = 0; j <= right.size(); ++j) current[j] = j;

  for (std::size_t i = 1; i <= left.size(); ++i) {
    before_last.swap(last);
    last.swap(current);
    current[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const bool equal = lowered(left[i - 1]) == lowered(right[j - 1]);
      current[j] = std::min({last[j] + 1, current[j - 1] + 1, last[j - 1] + (equal ? 0U : 1U)});
      const bool swapped = i > 1 && j > 1 && lowered(left[i - 1]) == lowered(right[j - 2]) &&
                           lowered(left[i - 2]) == lowered(right[j - 1]);
      if (swapped) current[j] = std::min(current[j], before_last[j - 2] + 1);
    }
  }
  return current[right.size()];
}

std::string closest_name(std::string_view wrong, const std::vector<std::string>& names) {
  if (wrong.empty() || wrong.size() > kMaxLength) return {};
  std::string closest;
  // A name is not close if every letter differs.
  std::size_t limit = std::min(allowed_edits(wrong.size()) + 1, wrong.size());
  for (const std::string& name : names) {
    if (name.size() > kMaxLength) continue;
    const std::size_t distance = edit_distance(wrong, name);
    if (distance < limit) {
      limit = distance;
      closest = name;
    }
  }
  return closest;
}

}  // namespace tsctl
