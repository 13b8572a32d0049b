#pragma once

#include <cstddef>
#include <string>

#include "tsctl/archive/pickle.h"

namespace tsctl {

// The value in Python's notation; "…" replaces the text after `limit` bytes. A tensor is "<tensor>", a module
// "<object of CLASS>".
std::string value_text(const Pickle& pickle, PickleIndex index, std::size_t limit);

}  // namespace tsctl
