#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "options/arm_spec.h"
#include "tsctl/core/arm_settings.h"

namespace tsctl {

// The arms of bench as given on the command line.
struct ArmFlags {
  std::vector<std::string> arms = {};
  std::string baseline = {};
  bool selftest = false;
};

void add_arm_options(CLI::App& command, ArmFlags& flags);
// --baseline and --selftest.
void add_baseline_options(CLI::App& command, ArmFlags& flags);

// Returns the arms in order, each with a unique label. Throws Error{usage}.
std::vector<ArmSpec> arm_specs_from(const ArmFlags& flags, const ArmSettings& defaults);

}  // namespace tsctl
