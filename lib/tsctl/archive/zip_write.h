#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tsctl/archive/zip_directory.h"

namespace tsctl {

// What follows the last entry of a directory: both end records, because torch writes the ZIP64 one for archives of any
// size.
void append_end(std::string& target, const ZipDirectory& directory);

// Writes `bytes` at `offset` and ends the file after them. Throws Error{environment}.
void write_tail(const std::string& path, std::uint64_t offset, std::string_view bytes);

// Writes all bytes at `offset` of an open file. `path` names it in the Error{environment}.
void write_at(int descriptor, const std::string& path, std::uint64_t offset,
              std::string_view bytes);

}  // namespace tsctl
