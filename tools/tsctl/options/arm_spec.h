#pragma once

#include <optional>
#include <string>

#include "tsctl/core/arm_tuning.h"
#include "tsctl/core/executor.h"
#include "tsctl/core/verify.h"

namespace tsctl {

// One ARM of bench: [LABEL=]FILE|SOURCE[,key=value…].
struct ArmSpec {
  std::string text = {};
  std::string label = {};     // the user's, or the file's name with the settings
  std::string subject = {};   // the file or SOURCE
  std::string settings = {};  // as given: ",threads=1"
  std::optional<int> threads = {};
  std::optional<Executor> executor = {};
  bool compile = false;      // a SOURCE through torch.compile
  std::string runtime = {};  // onnxruntime, openvino; empty is LibTorch
  ArmTuning tuning = {};
};

// Throws Error{usage} that echoes the text and names the part at fault.
ArmSpec arm_spec_from_text(const std::string& text);

}  // namespace tsctl
