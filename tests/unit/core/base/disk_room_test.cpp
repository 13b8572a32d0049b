#include "tsctl/core/base/disk_room.h"

#include <gtest/gtest.h>

#include "tsctl/core/base/error.h"

namespace tsctl {
namespace {

constexpr std::uint64_t kEverything = ~std::uint64_t{0} >> 1U;

TEST(DiskRoom, refuses_only_what_cannot_fit) {
  EXPECT_NO_THROW(require_disk_room("/tmp", 0));
  EXPECT_NO_THROW(require_disk_room("/tmp", free_bytes("/tmp").value() / 2));
  EXPECT_NO_THROW(require_disk_room("/proc", kEverything));  // says nothing of its size
  EXPECT_NO_THROW(require_disk_room("/no/such/folder", kEverything));
  try {
    require_disk_room("/tmp", kEverything);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::environment);
    EXPECT_NE(std::string(error.what()).find("'/tmp' cannot be written: it takes at least"),
              std::string::npos);
  }
}

TEST(Memory, is_refused_beyond_the_limit_only) {
  EXPECT_NO_THROW(require_memory("net.pt", 100, 100));
  EXPECT_NO_THROW(require_memory("net.pt", kEverything, 0));
  EXPECT_THROW(require_memory("net.pt", 101, 100), Error);
}

}  // namespace
}  // namespace tsctl
