#pragma once

#include "tsctl/archive/diff_side.h"
#include "tsctl/core/diff.h"

namespace tsctl {

// Fills the tensors, constants and equal_tensors of the result. Returns the tensors that were renamed.
Renames compare_tensors(const DiffFile& a, const DiffFile& b, DiffResult& result);

// What the renames amount to, a module each: "12 tensors renamed: encoder.* -> enc.*".
std::vector<std::string> rename_notes(const Renames& renames);

// What the module of a rename is called in A and in B, without what both names end in: "encoder" and "enc".
std::pair<std::string, std::string> renamed_module(const std::string& before,
                                                   const std::string& after);

}  // namespace tsctl
