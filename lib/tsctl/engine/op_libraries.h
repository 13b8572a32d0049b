#pragma once

#include <string>
#include <vector>

namespace tsctl {

// Loads shared libraries that register operators. Throws Error{input} that names --op-lib for one that cannot be loaded.
void load_op_libraries(const std::vector<std::string>& paths);

}  // namespace tsctl
