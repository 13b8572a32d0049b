#pragma once

#include <functional>
#include <string_view>

#include "tsctl/archive/pickle.h"

namespace tsctl {

using AddPickleNode = std::function<PickleIndex(PickleNode)>;

// Returns the node for the result of calling `function` with the tuple `arguments`, without calling it: the tensor of
// _rebuild_tensor_v2, the list of build_intlist, the value of restore_type_tag. For any other name, or if the arguments
// do not fit the name, it is an opaque node with the arguments.
PickleIndex result_of_call(Pickle& pickle, std::string_view function, PickleIndex arguments,
                           const AddPickleNode& add);

}  // namespace tsctl
