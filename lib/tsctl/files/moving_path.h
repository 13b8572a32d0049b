#pragma once

#include <string>

namespace tsctl {

// The path from the folder of `model` to `file`, so that a manifest finds the file again after both have moved, and says
// nothing of the folders above.
std::string path_from(const std::string& model, const std::string& file);

// The file that such a path leads to. An absolute path stays unchanged.
std::string path_beside(const std::string& model, const std::string& path);

}  // namespace tsctl
