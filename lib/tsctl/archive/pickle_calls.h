#pragma once

#include <functional>
#include <string_view>

#include "tsctl/archive/pickle.h"

namespace tsctl {

using AddPickleNode = std::function<PickleIndex(PickleNode)>;

// The node that a call of `function` with the tuple `arguments` stands for: the tensor of _rebuild_tensor_v2, the
// list of build_intlist, the value of restore_type_tag; an opaque node with the arguments for any other name, or when
// the arguments are not those that the name takes. Nothing is called.
PickleIndex result_of_call(Pickle& pickle, std::string_view function, PickleIndex arguments,
                           const AddPickleNode& add);

}  // namespace tsctl
