#pragma once

#include <cstddef>
#include <string>

#include "tsctl/archive/pickle.h"

namespace tsctl {

// The value as Python would write it, cut after `limit` bytes with a "…". Tensors and modules are named by kind.
std::string value_text(const Pickle& pickle, PickleIndex index, std::size_t limit);

}  // namespace tsctl
