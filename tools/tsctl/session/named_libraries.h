#pragma once

#include <string>

namespace tsctl {

// The shared libraries that the user has named with --op-lib, by digest, in a file below XDG_STATE_HOME or ~/.local/state.
// A manifest may name any library as its own: tsctl loads only those that are in this list.

bool was_named(const std::string& sha256);

// Adds a library to the list. Without a place for the list, later commands need --op-lib again.
void remember_named(const std::string& sha256);

}  // namespace tsctl
