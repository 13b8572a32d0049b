#pragma once

#include <string>

#include "tsctl/core/arm_settings.h"

namespace tsctl {

// One ARM of bench: [LABEL=]FILE|SOURCE[,key=value…].
struct ArmSpec {
  std::string text = {};
  std::string label = {};          // the user's, or the file's name with the settings
  std::string subject = {};        // the file or SOURCE
  std::string settings_text = {};  // as given: ",threads=1"
  ArmSettings settings = {};
  bool label_given = false;
  bool executor_given = false;
};

// Settings that the text does not give come from `defaults`. Throws Error{usage} that quotes the text and names the
// wrong part.
ArmSpec arm_spec_from_text(const std::string& text, const ArmSettings& defaults = {});

}  // namespace tsctl
