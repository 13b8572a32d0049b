#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tsctl/report/export/dot.h"
#include "tsctl/report/export/model_explorer.h"
#include "tsctl/report/html/graph_html.h"

namespace tsctl {

namespace {

// x -> encoder.0: linear(x, weight), if: relu
MethodGraph sample() {
  using enum MethodNodeKind;
  return {.method = "forward",
          .nodes = {{.kind = input, .name = "x"},
                    {.kind = attribute, .name = "encoder.0.weight", .scope = 0},
                    {.kind = op,
                     .name = "aten::linear",
                     .arguments = R"(_, _, "<a\N>")",
                     .scope = 0,
                     .inputs = {0, 1},
                     .record = "code/__torch__.py",
                     .line = 7},
                    {.kind = condition, .name = "if", .arguments = "_", .inputs = {2}},
                    {.kind = op, .name = "aten::relu", .arguments = "_", .scope = 1, .inputs = {2}},
                    {.kind = output, .name = "return", .inputs = {2, 4}}},
          .scopes = {{.kind = MethodScopeKind::module, .name = "Linear", .path = "encoder.0"},
                     {.kind = MethodScopeKind::branch, .name = "if"}},
          .incomplete = "it is too long"};
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Dot, has_a_cluster_for_each_scope_and_escapes_every_text) {
  const std::string dot = dot_from_graph(sample());
  EXPECT_TRUE(dot.starts_with("digraph \"forward\" {\n"));
  EXPECT_TRUE(has(dot, "  subgraph \"cluster_0\" { label=\"encoder.0 (Linear)\";\n    n1 ")) << dot;
  EXPECT_TRUE(has(dot,
                  "n2 [label=\"aten::linear\\n_, _, \\\"<a\\\\N>\\\"\", "
                  "tooltip=\"code/__torch__.py:7\"];\n  }\n  n3 "))
      << dot;
  EXPECT_TRUE(has(dot, "  label=\"incomplete: it is too long\";\n"));
  EXPECT_TRUE(has(dot, "  n0 -> n2;\n  n1 -> n2;\n  n2 -> n3;\n"));
  EXPECT_TRUE(dot.ends_with("}\n"));
}

TEST(ModelExplorer, has_layers_edges_and_times) {
  const ModelSummary summary{
      .path = "net.pt",
      .tensors = {{.name = "encoder.0.weight", .dtype = "float32", .shape = {2, 3}}},
      .method_graphs = {sample()}};
  const ProfileResult profile{
      .operators = {{.name = "aten::linear", .self_s = 0.002, .share = 0.5}},
      .modules = {{.name = "encoder.0", .self_s = 0.003, .share = 0.75}}};
  const auto json = nlohmann::json::parse(model_explorer_from_summary(summary, &profile));
  EXPECT_EQ(json["label"], "net.pt");
  const auto& graph = json["graphs"][0];
  EXPECT_EQ(graph["id"], "forward");
  EXPECT_EQ(graph["nodes"][2]["namespace"], "encoder/0");
  EXPECT_EQ(graph["nodes"][4]["namespace"], "if_1");
  EXPECT_EQ(graph["nodes"][2]["incomingEdges"][1],
            (nlohmann::json{
                {"sourceNodeId", "1"}, {"sourceNodeOutputId", "0"}, {"targetNodeInputId", "1"}}));
  EXPECT_EQ(graph["nodes"][1]["attrs"][1]["value"], "float32 [2, 3]");
  EXPECT_EQ(graph["nodes"][2]["attrs"][3]["value"], "2.000 ms of a call (50.0%)");
  EXPECT_EQ(graph["groupNodeAttributes"]["encoder/0"]["time"], "3.000 ms of a call (75.0%)");
  const auto without = nlohmann::json::parse(model_explorer_from_summary(summary, nullptr));
  EXPECT_FALSE(without["graphs"][0]["groupNodeAttributes"]["encoder/0"].contains("time"));
}

TEST(GraphHtml, folds_the_calls_of_each_scope) {
  const std::string page = html_from_graphs({.method_graphs = {sample()}});
  EXPECT_TRUE(has(page, "<summary>forward <span class=\"soft\">2 calls</span></summary>")) << page;
  EXPECT_TRUE(has(page, "<li><details><summary>encoder.0 <span class=\"soft\">Linear</span>"));
  EXPECT_TRUE(has(page,
                  "#2 aten::linear(_, _, &quot;&lt;a\\N&gt;&quot;)<span class=\"soft\"> from "
                  "x, encoder.0.weight</span>"))
      << page;
  EXPECT_TRUE(has(page, "incomplete: it is too long"));
  EXPECT_EQ(html_from_graphs({}), "");
}

TEST(GraphHtml, nests_modules_by_their_paths) {
  const std::string tree = html_from_modules(
      {.tensors = {{.name = "a.b.weight", .size_bytes = 8}, {.name = "c.weight", .size_bytes = 4}},
       .modules = {{.path = "", .class_name = "__torch__.Net"},
                   {.path = "a", .class_name = "__torch__.Block"},
                   {.path = "a.b", .class_name = "__torch__.Linear"},
                   {.path = "c", .class_name = "__torch__.Linear", .training = true}}});
  EXPECT_EQ(tree,
            "<ul class=\"tree\">\n"
            "<li><details open=\"open\"><summary>the model itself <span class=\"soft\">Net, 12 "
            "B</span></summary><ul>\n"
            "<li><details><summary>a <span class=\"soft\">Block, 8 B</span></summary><ul>\n"
            "<li><details><summary>b <span class=\"soft\">Linear, 8 B</span></summary><ul>\n"
            "</ul></details>\n</li>\n"
            "</ul></details>\n</li>\n"
            "<li><details><summary>c <span class=\"soft\">Linear, 4 B, training "
            "mode</span></summary><ul>\n"
            "</ul></details>\n</li>\n"
            "</ul></details>\n</li>\n"
            "</ul>\n");
}

}  // namespace

}  // namespace tsctl
