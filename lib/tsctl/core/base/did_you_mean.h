#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tsctl {

// Fewest single-letter insertions, deletions, replacements and swaps of neighbours that turn one text into the
// other (optimal string alignment); letters that differ only in case count as equal.
std::size_t edit_distance(std::string_view left, std::string_view right);

// The name that `wrong` was most likely meant to be: the nearest one that is at most one edit away for texts of up to
// three letters, two for up to six, three for longer ones. Of equally near names the first. Empty if none is close.
std::string closest_name(std::string_view wrong, const std::vector<std::string>& names);

}  // namespace tsctl
