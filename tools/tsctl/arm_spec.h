#pragma once

#include <optional>
#include <string>

#include "tsctl/core/arm_tuning.h"
#include "tsctl/core/verify.h"

namespace tsctl {

// One ARM of bench: [LABEL=]FILE|SOURCE[,key=value…].
struct ArmSpec {
  std::string text = {};
  std::string label = {};    // the user's, or the file's name
  std::string subject = {};  // the file or SOURCE
  std::optional<int> threads = {};
  std::optional<Executor> executor = {};
  bool compile = false;  // a SOURCE through torch.compile
  ArmTuning tuning = {};
};

// Throws Error{usage} that echoes the text and names the part at fault.
ArmSpec arm_spec_from_text(const std::string& text);

}  // namespace tsctl
