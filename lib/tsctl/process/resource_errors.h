#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tsctl/core/base/error.h"

namespace tsctl {

// If the text of a failure says that a limit of the system or of tsctl was reached, the Error that names the limit and
// what raises it: Error{environment} for a limit of the system, Error{execution} for the memory of a worker, which is
// `memory_bytes`; 0 is no limit. The message is `what`.
std::optional<Error> resource_error(const std::string& text, const std::string& what,
                                    std::int64_t memory_bytes, const std::string& detail = {});

// The hint for a text that names a limit of the system of files or processes, as the kernel and libraries word it; empty
// for another text. A full disk is not such a limit: who writes the file knows better what to do.
std::string hint_for_system_limit(const std::string& text);

}  // namespace tsctl
