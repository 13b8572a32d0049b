#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tsctl {

// The memory of a process that is in use now: of this one, or of the one with that number. Nothing where the system does
// not tell, or the process is gone.
std::optional<std::int64_t> resident_bytes(const std::string& process = "self");

}  // namespace tsctl
