#include "tsctl/worker/address_layout.h"

#include <sys/mman.h>
#include <sys/personality.h>
#include <unistd.h>

#include <cstdlib>
#include <random>
#include <vector>

namespace tsctl {

namespace {

constexpr unsigned long kAsk = 0xffffffff;  // personality() changes nothing and tells
constexpr std::uint64_t kMostLibraryPages = std::uint64_t{1} << 16;
constexpr std::uint64_t kMostHeapPages = std::uint64_t{1} << 12;

// Blocks of 16 B to 1 KiB, half of which stay: 1 MiB of holes for what a model is made of. With a quarter of them, or
// without, two files of equal work differed by up to 0.6% in every launch.
constexpr std::size_t kHeapBlocks = 4096;
constexpr std::size_t kGrain = 16;
constexpr std::size_t kMostGrains = 64;

unsigned long asked() { return static_cast<unsigned long>(personality(kAsk)); }

}  // namespace

FixedAddresses::FixedAddresses()
    : before_(asked()), permitted_(personality(before_ | ADDR_NO_RANDOMIZE) != -1) {}

FixedAddresses::~FixedAddresses() {
  if (permitted_) personality(before_);
}

void lay_out(std::uint64_t draw) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  std::mt19937_64 shared(draw);
  // Never used or given back: the kernel places what comes next below it.
  mmap(nullptr, (1 + shared() % kMostLibraryPages) * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
       -1, 0);
  std::mt19937_64 own(std::random_device{}());
  sbrk(static_cast<std::intptr_t>(own() % kMostHeapPages * page));
  std::vector<void*> blocks(kHeapBlocks);
  for (void*& block : blocks) block = std::malloc(kGrain * (1 + own() % kMostGrains));
  for (void* block : blocks) {
    if (own() % 2 == 0) std::free(block);
  }
  personality(asked() & ~static_cast<unsigned long>(ADDR_NO_RANDOMIZE));
}

}  // namespace tsctl
