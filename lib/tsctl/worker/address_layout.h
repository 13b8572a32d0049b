#pragma once

#include <cstdint>

namespace tsctl {

// Fixes the addresses of this process's libraries; call it before they are loaded. The kernel chooses random addresses
// for each process, and the same code is a few percent faster or slower at other addresses. Arms that are compared
// therefore share a draw: later mappings lie below an address that depends on `draw` only, within 256 MiB. The heap
// gets random holes, so that the addresses of a file's objects differ between processes (docs/decisions/0007). If the
// address space is limited (ulimit -v), the kernel chooses the addresses.
void fix_address_layout(std::uint64_t draw);

}  // namespace tsctl
