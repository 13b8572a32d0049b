#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace tsctl {

// The SHA-256 of a file, in hexadecimal. Throws Error{input} if the file cannot be read. Calls `between` after each
// megabyte; it may throw to end the reading.
std::string sha256_of_file(const std::string& path, const std::function<void()>& between = {});

// The same of a text.
std::string sha256_of_text(std::string_view text);

}  // namespace tsctl
