#include "steps/warnings.h"

#include "tsctl/core/tuning_warning.h"

namespace tsctl {

std::vector<Warning> without_tuning(std::vector<Warning> warnings) {
  std::erase_if(warnings,
                [](const Warning& warning) { return warning.code == kTuningNotAvailable; });
  return warnings;
}

}  // namespace tsctl
