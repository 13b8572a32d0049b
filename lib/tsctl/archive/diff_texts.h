#pragma once

#include "tsctl/archive/diff_side.h"
#include "tsctl/core/diff.h"

namespace tsctl {

// Each fills the list of the result that its name says. `ignores_names` leaves out the numbers that make the names of
// classes unique.
void compare_methods(const ModelSummary& a, const ModelSummary& b, bool ignores_names,
                     DiffResult& result);
void compare_attributes(const ModelSummary& a, const ModelSummary& b, const Renames& renames,
                        bool ignores_names, DiffResult& result);
void compare_extra_files(const ModelSummary& a, const ModelSummary& b, DiffResult& result);

// Whether the code of both is the same text, without the numbers that make the names of classes unique.
bool have_equal_code(const ModelSummary& a, const ModelSummary& b);

// How many debug records are not the same in both.
std::int64_t differing_debug_records(const ModelSummary& a, const ModelSummary& b);

}  // namespace tsctl
