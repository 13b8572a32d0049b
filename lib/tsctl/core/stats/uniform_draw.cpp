#include "tsctl/core/stats/uniform_draw.h"

namespace tsctl {

std::size_t index_below(std::size_t count, std::mt19937_64& random) {
  using Wide = unsigned __int128;
  return static_cast<std::size_t>(Wide{random()} * count >> 64);
}

}  // namespace tsctl
