#pragma once

#include <string>

namespace tsctl {

// A debug record (code/…/net.py.debug_pkl) says for each part of the code which lines of Python it comes from. LibTorch
// shows them in the messages of a model that fails, and needs none of them.
//
// Both functions change an archive in place that was just written by LibTorch and is not published yet. Throw
// Error{input} for an archive that cannot be read, and Error{environment} if a write fails.

// Makes the paths of Python files in the debug records relative, so that equal sources give equal bytes in any folder:
// below `root` to it, those of installed packages and of Python itself to the folder that holds these. Of any other
// absolute path the file's name stays. A record that is not as torch writes it is removed.
void make_debug_paths_relative(const std::string& path, const std::string& root);

// Removes the debug records.
void strip_debug_records(const std::string& path);

// Whether LibTorch can read the debug records. If it cannot, it fails wherever it wants to show a line of the source. Looks
// at most at a few megabytes of them.
bool has_usable_debug_records(const std::string& path);

// The path that make_debug_paths_relative() writes.
std::string relative_source_path(const std::string& path, const std::string& root);

}  // namespace tsctl
