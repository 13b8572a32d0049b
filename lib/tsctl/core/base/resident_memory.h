#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tsctl {

// The resident memory in bytes of a process, given by its ID. nullopt if the system does not report it or the process
// has ended.
std::optional<std::int64_t> resident_bytes(const std::string& process = "self");

}  // namespace tsctl
