#pragma once

#include <string>

namespace tsctl {

// Advice as data: `code` is stable ("reference_proves_nothing"), `text` is one sentence for people.
struct Warning {
  std::string code = {};
  std::string text = {};
};

}  // namespace tsctl
