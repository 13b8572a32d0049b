#include "tsctl/engine/graph_text.h"

#include <gtest/gtest.h>

#include "support.h"

namespace tsctl {
namespace {

using test::error_of;

class Graphs : public testing::Test {
 protected:
  void SetUp() override {
    test::small_network().save(dir_.file("model.pt"));
    test::Calls calls;
    calls.add("", {torch::randn({2, 2, 8, 8})}).write(dir_.file("in.safetensors"));
  }

  std::string text(GraphKind kind, const std::string& method = "forward") {
    return read_graph({.model_path = dir_.file("model.pt"),
                       .method = method,
                       .kind = kind,
                       .inputs_tensors = dir_.file("in.safetensors")},
                      events_)
        .text;
  }

  test::TempDir dir_ = {};
  test::SilentEvents events_ = {};
};

TEST_F(Graphs, show_calls_in_the_graph_of_the_file) {
  const std::string graph = text(GraphKind::graph);
  EXPECT_NE(graph.find("prim::CallMethod"), std::string::npos);
  EXPECT_EQ(graph.find("aten::conv2d"), std::string::npos);
}

TEST_F(Graphs, show_operators_where_calls_are_inlined) {
  const std::string graph = text(GraphKind::inlined, "encode");
  EXPECT_EQ(graph.find("prim::CallMethod"), std::string::npos);
  EXPECT_NE(graph.find("aten::conv2d"), std::string::npos);
  EXPECT_EQ(graph.find("aten::linear"), std::string::npos);
}

TEST_F(Graphs, show_what_the_executor_ran) {
  const std::string graph = text(GraphKind::executed);
  EXPECT_NE(graph.find("aten::batch_norm"), std::string::npos);
  EXPECT_EQ(graph.find("prim::CallMethod"), std::string::npos);
}

TEST_F(Graphs, refuse_an_unknown_method) {
  EXPECT_EQ(error_of([&] { text(GraphKind::graph, "decode"); }).kind(), ErrorKind::usage);
}

}  // namespace
}  // namespace tsctl
