#pragma once

#include <cstdint>

namespace tsctl {

// Fixes where the libraries of this process will lie; call it before they are loaded. The kernel draws their addresses
// for each process, and the same code runs some percent faster or slower at others. Arms that are compared therefore
// share a draw: what is mapped from now on lies below an address that only `draw` decides, within 256 MiB. The heap gets
// random holes, so that the places of a file's objects differ between processes (docs/decisions/0007). Where address
// space is limited (ulimit -v) the libraries stay where the kernel puts them.
void fix_address_layout(std::uint64_t draw);

}  // namespace tsctl
