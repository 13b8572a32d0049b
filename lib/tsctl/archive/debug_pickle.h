#pragma once

#include <functional>
#include <optional>
#include <string>

#include "tsctl/archive/read_budget.h"

namespace tsctl {

// A debug record as torch writes it, with every path of a Python file replaced by `renamed(path)`. Two kinds of text hold
// paths: the name of a source file, and a line of a trace's call stack: "/home/alice/net.py(12): forward". The positions
// that the record states are moved with the text. None if the record has another format.
std::optional<std::string> with_renamed_paths(
    std::string pickle, const std::string& where, ReadBudget& budget,
    const std::function<std::string(const std::string&)>& renamed);

}  // namespace tsctl
