#pragma once

#include <set>
#include <string>

namespace tsctl {

// Removes records from a zip archive in place, without a trace: the records after them move forward, and where torch
// put a tensor on a multiple of 64 bytes, it is on one again. The complete names of records; others are ignored.
// Throws Error{input} for an archive that cannot be read, and Error{environment} if a write fails: the file is
// damaged then, so call this for files that are not published yet.
void remove_records(const std::string& path, const std::set<std::string>& names);

}  // namespace tsctl
