#include "tsctl/worker/address_layout.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>

namespace tsctl {
namespace {

// Where a process that laid itself out finds room for a library and for a small block.
struct Places {
  void* library = nullptr;
  void* block = nullptr;
  bool fixed = false;  // for what it starts
};

// Of a child that is a copy of this process, so that nothing but the draw can tell its places from another child's.
Places places_after(std::uint64_t draw) {
  int ends[2] = {-1, -1};
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    lay_out(draw);
    const Places places{
        .library = mmap(nullptr, 1 << 20, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
        .block = std::malloc(48),
        .fixed = (personality(0xffffffff) & ADDR_NO_RANDOMIZE) != 0};
    _exit(write(ends[1], &places, sizeof places) == sizeof places ? 0 : 1);
  }
  Places places;
  EXPECT_EQ(read(ends[0], &places, sizeof places), static_cast<ssize_t>(sizeof places));
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  close(ends[0]);
  close(ends[1]);
  return places;
}

// Where the C library of a program lies that is started now.
std::string address_of_libc() {
  std::FILE* maps = popen("exec grep -m1 libc.so /proc/self/maps", "r");
  char line[256] = "";
  EXPECT_NE(std::fgets(line, sizeof line, maps), nullptr);
  pclose(maps);
  const std::string text = line;
  return text.substr(0, text.find('-'));
}

TEST(AddressLayout, puts_libraries_where_the_draw_says) {
  EXPECT_EQ(places_after(7).library, places_after(7).library);
  std::set<const void*> libraries;
  for (std::uint64_t draw = 0; draw < 8; ++draw) libraries.insert(places_after(draw).library);
  EXPECT_GT(libraries.size(), 6U);
}

TEST(AddressLayout, gives_each_process_a_heap_of_its_own) {
  std::set<const void*> blocks;
  for (int i = 0; i < 8; ++i) blocks.insert(places_after(7).block);
  EXPECT_GT(blocks.size(), 6U);
}

TEST(AddressLayout, fixes_addresses_for_as_long_as_it_is_asked_to) {
  std::set<std::string> drawn;
  for (int i = 0; i < 8; ++i) drawn.insert(address_of_libc());
  EXPECT_GT(drawn.size(), 6U) << "the host does not draw addresses at all";
  {
    const FixedAddresses fixed;
    if (!fixed.permitted()) GTEST_SKIP() << "the host does not permit it";
    EXPECT_EQ(address_of_libc(), address_of_libc());
    EXPECT_FALSE(places_after(7).fixed) << "what a worker starts is not compared";
  }
  EXPECT_NE(address_of_libc() + address_of_libc(), address_of_libc() + address_of_libc());
}

}  // namespace
}  // namespace tsctl
