#include "tsctl/worker/address_layout.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <vector>

namespace tsctl {

namespace {

constexpr std::uint64_t kMostPages = std::uint64_t{1} << 16;

// Blocks of 16 B to 1 KiB, half of which are freed: 1 MiB of holes for a model's objects. With a quarter of the holes,
// or none, two files of equal work differed by up to 0.6% in every launch.
constexpr std::size_t kHeapBlocks = 4096;
constexpr std::size_t kGrain = 16;
constexpr std::size_t kMostGrains = 64;

struct Range {
  std::uintptr_t from = 0;
  std::uintptr_t to = 0;
};

// The free addresses from `bottom` up to the stack, which needs room to grow.
std::vector<Range> gaps_above(std::uintptr_t bottom) {
  std::ifstream maps("/proc/self/maps");
  std::vector<Range> gaps;
  std::uintptr_t free_from = bottom;
  for (std::string line; std::getline(maps, line) && !line.ends_with("[stack]");) {
    char* end = nullptr;
    const std::uintptr_t from = std::strtoull(line.c_str(), &end, 16);
    const std::uintptr_t to = std::strtoull(end + 1, nullptr, 16);
    if (from > free_from) gaps.push_back({free_from, from});
    free_from = std::max(free_from, to);
  }
  return gaps;
}

// The kernel places the next mapping at the highest free address.
void leave_no_room_above(std::uintptr_t bottom) {
  for (const Range& gap : gaps_above(bottom)) {
    // Reserves addresses without memory, so nothing may access them.
    mmap(reinterpret_cast<void*>(gap.from), gap.to - gap.from, PROT_NONE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  }
}

// Below every random address that the kernel may choose: it moves mappings by at most an eighth of the address space.
std::uintptr_t ceiling_of(std::uint64_t draw) {
  const char on_the_stack = 0;
  const std::uintptr_t top = std::bit_ceil(reinterpret_cast<std::uintptr_t>(&on_the_stack));
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  return top - top / 4 - std::mt19937_64(draw)() % kMostPages * page;
}

void make_holes_in_the_heap() {
  std::mt19937_64 own(std::random_device{}());
  std::vector<void*> blocks(kHeapBlocks);
  for (void*& block : blocks) block = std::malloc(kGrain * (1 + own() % kMostGrains));
  for (void* block : blocks) {
    if (own() % 2 == 0) std::free(block);
  }
}

}  // namespace

void fix_address_layout(std::uint64_t draw) {
  leave_no_room_above(ceiling_of(draw));
  make_holes_in_the_heap();
}

}  // namespace tsctl
