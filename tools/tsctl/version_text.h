#pragma once

#include <string>

namespace tsctl::cli {

// The version of tsctl, the torch that it was built for, and the commit and type of its build.
std::string version_text();

}  // namespace tsctl::cli
