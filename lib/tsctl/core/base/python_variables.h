#pragma once

#include <cstdlib>
#include <string>

namespace tsctl {

// What to do about the variables that lead Python to other packages than its own, for the hint of an error that they may
// have caused; empty if none is set.
inline std::string hint_for_python_variables() {
  std::string set;
  std::string without;
  for (const char* name : {"PYTHONHOME", "PYTHONPATH"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    set += (set.empty() ? "" : " and ") + std::string(name) + " is set to '" + value + "'";
    without += std::string(" -u ") + name;
  }
  return set.empty() ? set : set + ": run the command without it: env" + without + " tsctl …";
}

}  // namespace tsctl
