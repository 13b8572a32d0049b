#pragma once

#include <string>
#include <vector>

namespace tsctl {

// The lines of a unified diff of two texts, without file names: "@@ -1,4 +1,5 @@", " same", "-only in A", "+only in B". Of
// JSON, which often is one line, it compares the members, each on its own line. Long lines and long results are cut, and
// say so. Texts that are too different give one line that says so.
std::vector<std::string> unified_diff(const std::string& a, const std::string& b);

}  // namespace tsctl
