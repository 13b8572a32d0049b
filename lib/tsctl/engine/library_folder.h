#pragma once

#include <string>

namespace tsctl {

// The folder of the shared library or executable that contains this address; "." if it is unknown.
std::string library_folder(const void* address);

}  // namespace tsctl
