#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "tsctl/archive/pickle.h"

namespace tsctl {

// The storage of a persistent id: ("storage", type, key, device, number of elements).
std::optional<PickledStorage> storage_of_reference(const Pickle& pickle,
                                                   const PickleNode& reference);

using AddPickleNode = std::function<PickleIndex(PickleNode)>;

// Returns the node for the result of calling `function` with the tuple `arguments`, without calling it: the tensor of
// _rebuild_tensor_v2, the list of build_intlist, the value of restore_type_tag. For any other name it is an opaque node
// with the arguments. Nothing if the arguments of a tensor are not those that PyTorch writes: LibTorch might still build
// a tensor of them.
std::optional<PickleIndex> result_of_call(Pickle& pickle, std::string_view function,
                                          PickleIndex arguments, const AddPickleNode& add);

}  // namespace tsctl
