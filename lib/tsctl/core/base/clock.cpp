#include "tsctl/core/base/clock.h"

#include <chrono>

namespace tsctl {

double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace tsctl
