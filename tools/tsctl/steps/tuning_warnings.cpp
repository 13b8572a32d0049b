#include "steps/tuning_warnings.h"

#include "tsctl/core/arm_settings.h"

namespace tsctl {

std::vector<Warning> without_tuning(std::vector<Warning> warnings) {
  std::erase_if(warnings, [](const Warning& warning) {
    return warning.code == WarningCode::tuning_not_available;
  });
  return warnings;
}

std::string tuning_reason_in(const std::vector<Warning>& warnings) {
  std::string reason;
  for (const Warning& warning : warnings) {
    if (warning.code == WarningCode::tuning_not_available) reason = warning.text;
  }
  return reason;
}

}  // namespace tsctl
