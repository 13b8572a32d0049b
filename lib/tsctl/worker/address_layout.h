#pragma once

#include <cstdint>

namespace tsctl {

// The kernel draws for each process where its libraries lie, and the same code runs up to some percent faster or slower
// by it. Arms that are to be compared are started without that draw (ADDR_NO_RANDOMIZE of personality(2)), and lay
// themselves out by one that all arms of a launch share: docs/decisions/0007.

// While it lives, what this thread starts has its addresses from the kernel's fixed plan. Nothing happens where the host
// does not permit it.
class FixedAddresses {
 public:
  FixedAddresses();
  ~FixedAddresses();
  FixedAddresses(const FixedAddresses&) = delete;
  FixedAddresses& operator=(const FixedAddresses&) = delete;

  bool permitted() const noexcept { return permitted_; }

 private:
  unsigned long before_ = 0;
  bool permitted_ = false;
};

// Lays this process out, before its libraries are loaded: they will lie where `draw` says, up to 256 MiB away. The heap
// begins at an address of this process's own, up to 16 MiB away, and with holes of its own, so that how a file's objects
// happen to lie beside one another differs between launches as well. What the process starts itself is the kernel's to
// lay out again.
void lay_out(std::uint64_t draw);

}  // namespace tsctl
