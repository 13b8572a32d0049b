#pragma once

#include <cstdint>
#include <string>

namespace tsctl::history {

// Text compressed with zlib, and back. unpacked() throws Error{input} that names the history for bytes that do not
// give `size` bytes of text.
std::string packed(const std::string& text);
std::string unpacked(const std::string& bytes, std::int64_t size, const std::string& path);

}  // namespace tsctl::history
