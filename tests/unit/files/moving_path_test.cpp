#include "tsctl/files/moving_path.h"

#include <gtest/gtest.h>

namespace tsctl {
namespace {

TEST(MovingPath, leads_from_the_folder_of_a_model) {
  EXPECT_EQ(path_from("/a/out/net.pt", "/a/data/x.npz"), "../data/x.npz");
  EXPECT_EQ(path_from("net.pt", "./x.npz"), "x.npz");
  EXPECT_EQ(path_from("/a/net.pt", "/a/x.npz"), "x.npz");
}

TEST(MovingPath, is_found_again_from_anywhere) {
  EXPECT_EQ(path_beside("/b/out/net.pt", "../data/x.npz"), "/b/out/../data/x.npz");
  EXPECT_EQ(path_beside("net.pt", "x.npz"), "x.npz");
  EXPECT_EQ(path_beside("/b/net.pt", "/a/x.npz"), "/a/x.npz");  // as older manifests have it
}

}  // namespace
}  // namespace tsctl
