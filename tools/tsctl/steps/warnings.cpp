#include "steps/warnings.h"

namespace tsctl {

std::vector<Warning> without_tuning(std::vector<Warning> warnings) {
  std::erase_if(warnings, [](const Warning& warning) {
    return warning.code == WarningCode::tuning_not_available;
  });
  return warnings;
}

}  // namespace tsctl
