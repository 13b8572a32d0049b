#pragma once

#include <string_view>

namespace tsctl {

// Whether LibTorch registers an operator of this name ("aten::relu"), or any operator in this namespace ("aten"). The
// list is that of the torch that tsctl was made with.
bool is_operator(std::string_view name);
bool is_operator_namespace(std::string_view name);

}  // namespace tsctl
