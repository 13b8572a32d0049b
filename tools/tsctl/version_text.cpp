#include "version_text.h"

#include <fmt/format.h>

#include "commit.h"
#include "tsctl/core/base/build_info.h"

namespace tsctl::cli {

std::string version_text() {
  return fmt::format("tsctl {}\ntorch {}\ncommit {}, {} build\n", kVersion, kBuiltForTorch, kCommit,
                     TSCTL_BUILD_TYPE);
}

}  // namespace tsctl::cli
