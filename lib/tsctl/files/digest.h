#pragma once

#include <string>

namespace tsctl {

// The SHA-256 of a file, in hexadecimal. Throws Error{input} if the file cannot be read.
std::string sha256_of_file(const std::string& path);

}  // namespace tsctl
