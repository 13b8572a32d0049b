#include "tsctl/worker/address_layout.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <set>

namespace tsctl {
namespace {

// Where a process that laid itself out finds room for a library and for a small block.
struct Places {
  void* library = nullptr;
  void* block = nullptr;
  char on_the_stack = 0;
};

// A stack frame of this size is more than the kernel gives a new stack at once.
char frame_of_a_mebibyte() {
  volatile char frame[1 << 20];
  frame[0] = 1;
  return frame[0];
}

// Of a child: a copy of this process, which may have less address space than it needs.
Places places_after(std::uint64_t draw, rlim_t address_space = RLIM_INFINITY) {
  int ends[2] = {-1, -1};
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const rlimit limit{address_space, address_space};
    if (setrlimit(RLIMIT_AS, &limit) != 0) _exit(1);
    fix_address_layout(draw);
    const Places places{
        .library = mmap(nullptr, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
        .block = std::malloc(48),
        .on_the_stack = frame_of_a_mebibyte()};
    _exit(write(ends[1], &places, sizeof places) == sizeof places ? 0 : 1);
  }
  close(ends[1]);
  Places places;
  EXPECT_EQ(read(ends[0], &places, sizeof places), static_cast<ssize_t>(sizeof places));
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  close(ends[0]);
  return places;
}

TEST(AddressLayout, puts_libraries_where_the_draw_says) {
  EXPECT_EQ(places_after(7).library, places_after(7).library);
  std::set<const void*> libraries;
  for (std::uint64_t draw = 0; draw < 8; ++draw) libraries.insert(places_after(draw).library);
  EXPECT_GT(libraries.size(), 6U);
}

TEST(AddressLayout, puts_them_far_below_all_that_is_mapped_already) {
  const auto library = reinterpret_cast<std::uintptr_t>(places_after(7).library);
  const auto own = reinterpret_cast<std::uintptr_t>(
      mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  EXPECT_LT(library + (std::uintptr_t{1} << 40), own);
}

TEST(AddressLayout, gives_each_process_a_heap_with_holes_of_its_own) {
  std::set<const void*> blocks;
  for (int i = 0; i < 8; ++i) blocks.insert(places_after(7).block);
  EXPECT_GT(blocks.size(), 3U);
}

TEST(AddressLayout, leaves_the_stack_room_to_grow) { EXPECT_EQ(places_after(7).on_the_stack, 1); }

// AddressSanitizer's own allocator ends the process where address space is limited.
#ifndef __SANITIZE_ADDRESS__
TEST(AddressLayout, does_without_where_address_space_is_limited) {
  EXPECT_NE(places_after(7, rlim_t{1} << 32).library, MAP_FAILED);
}
#endif

}  // namespace
}  // namespace tsctl
