#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tsctl {

// The optimal string alignment distance: the minimum number of insertions, deletions, replacements and swaps of
// neighbouring letters that turn one text into the other. Ignores case.
std::size_t edit_distance(std::string_view left, std::string_view right);

// The closest name to `wrong`, or "" if none is close. A name is close if its distance is at most 1 for texts of up
// to three letters, 2 for up to six, 3 for longer ones. If several names are equally close, the first one is
// returned.
std::string closest_name(std::string_view wrong, const std::vector<std::string>& names);

}  // namespace tsctl
