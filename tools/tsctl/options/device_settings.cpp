#include "options/device_settings.h"

#include <fmt/format.h>

#include "tsctl/core/base/error.h"

namespace tsctl {

void require_device_settings(const std::vector<ArmSpec>& specs, bool cold_cache,
                             const std::string& device) {
  if (cold_cache && device == "cpu") {
    throw Error(ErrorKind::usage, "--cold-cache needs a GPU, but the device is the CPU",
                "give --device cuda, or leave --cold-cache out");
  }
  for (const ArmSpec& spec : specs) {
    if (!spec.settings.tuning.cuda_graph || device != "cpu") continue;
    throw Error(ErrorKind::usage,
                fmt::format("the arm '{}': cuda-graph=on does not fit the CPU", spec.text),
                "give --device cuda, or leave cuda-graph=on out");
  }
}

}  // namespace tsctl
