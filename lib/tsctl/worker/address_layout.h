#pragma once

#include <cstdint>

namespace tsctl {

// Lays this process out before its libraries are loaded. The kernel draws for each process where they lie, and the same
// code runs up to some percent faster or slower by it, so that arms to be compared share a draw: everything that is mapped
// from now on lies below an address that `draw` alone decides, within 256 MiB. The heap gets holes of this process's own,
// so that how a file's objects happen to lie beside one another differs from process to process
// (docs/decisions/0007). Where address space is limited (ulimit -v) libraries stay where the kernel puts them.
void lay_out(std::uint64_t draw);

}  // namespace tsctl
