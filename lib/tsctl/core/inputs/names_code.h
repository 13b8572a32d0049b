#pragma once

#include <string_view>

namespace tsctl {

// Whether a value of --inputs is Python code rather than data: "data.py:sets", and "data.py" too. A file may come from
// anybody, so code that it names runs only if the user names it as well.
inline bool names_code(std::string_view inputs) {
  return inputs.ends_with(".py") || inputs.find(".py:") != std::string_view::npos;
}

}  // namespace tsctl
