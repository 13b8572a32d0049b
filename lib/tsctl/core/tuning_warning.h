#pragma once

namespace tsctl {

// Code of the warning by which a job tells what of an ArmTuning was not to be had, and what ran instead.
inline constexpr const char* kTuningNotAvailable = "tuning_not_available";

}  // namespace tsctl
