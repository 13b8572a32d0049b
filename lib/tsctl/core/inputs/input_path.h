#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tsctl/core/base/value.h"

namespace tsctl {

// One step into an argument: an item of a list, or a member of a dict.
struct PathStep {
  std::string key = {};   // of a dict; empty for an item of a list
  std::size_t index = 0;  // in a list
};

// The place of an input among the arguments, as --input names it: "x", "images[0]", "batch.ids", "past[0][1]". Leaves of
// reports have the same names.
struct InputPath {
  std::string parameter = {};
  std::vector<PathStep> steps = {};  // empty for the parameter itself
};

// nullopt if the text is not such a name.
std::optional<InputPath> input_path_from_text(std::string_view text);

using NamedArguments = std::vector<std::pair<std::string, Value>>;

// Puts `input` at its place and makes the lists and dicts around it. False if something else has that place already, or
// if the items of a list do not come in order from 0.
bool place_input(NamedArguments& arguments, const InputPath& path, Value input);

}  // namespace tsctl
