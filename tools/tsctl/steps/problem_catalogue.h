#pragma once

#include <string>
#include <vector>

namespace tsctl {

// An entry of the catalogue in docs/capture-problems.
struct ProblemEntry {
  std::string name = {};
  std::string text = {};  // Markdown with its heading: the cause, a refused and a changed example
};

// Reads the entries of every page in `folder`, in the order of the pages' names.
// Throws Error{environment} if the folder has none.
std::vector<ProblemEntry> read_problems(const std::string& folder);

// Throws Error{usage} with the closest name if no entry has this name.
const ProblemEntry& problem_named(const std::vector<ProblemEntry>& problems,
                                  const std::string& name);

// A table with the name of each problem and the first sentence of its cause.
std::string problem_list_text(const std::vector<ProblemEntry>& problems);

}  // namespace tsctl
