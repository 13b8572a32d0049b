#include "tsctl/process/channel.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <utility>

namespace tsctl {
namespace {

std::pair<LineChannel, LineChannel> connected() {
  int sockets[2] = {-1, -1};
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
  return {LineChannel(FileDescriptor(sockets[0])), LineChannel(FileDescriptor(sockets[1]))};
}

TEST(LineChannel, carries_lines_in_both_directions) {
  auto [front, worker] = connected();
  front.send("question");
  EXPECT_EQ(worker.next_line(), "question");
  worker.send("one");
  worker.send("two");
  EXPECT_EQ(front.next_line(), "one");
  EXPECT_EQ(front.next_line(), "two");
}

TEST(LineChannel, takes_what_has_arrived_without_waiting) {
  auto [front, worker] = connected();
  EXPECT_FALSE(worker.take_line().has_value());
  EXPECT_FALSE(worker.read_more(false));
  front.send("line");
  EXPECT_FALSE(worker.take_line().has_value());  // nothing was read yet
  EXPECT_TRUE(worker.read_more(false));
  EXPECT_EQ(worker.take_line(), "line");
}

TEST(LineChannel, has_no_line_at_the_end_of_the_stream) {
  auto [front, worker] = connected();
  { const LineChannel gone = std::move(front); }
  EXPECT_FALSE(worker.next_line().has_value());
  worker.send("into the void");  // no error, and no signal
}

}  // namespace
}  // namespace tsctl
