#include "tsctl/archive/method_graph.h"

#include <gtest/gtest.h>

namespace tsctl {

namespace {

// A line for each node: "2 encoder.0 aten::relu(_) <- 1"
std::string text_of(const MethodGraph& graph) {
  std::string text;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const MethodNode& node = graph.nodes[i];
    text += std::to_string(i) + " ";
    std::string scopes;
    for (std::int64_t at = node.scope; at >= 0;
         at = graph.scopes[static_cast<std::size_t>(at)].parent) {
      const MethodScope& scope = graph.scopes[static_cast<std::size_t>(at)];
      scopes = (scope.kind == MethodScopeKind::module ? scope.path : scope.name) + "/" + scopes;
    }
    text += scopes + node.name;
    if (node.kind == MethodNodeKind::op) text += "(" + node.arguments + ")";
    if (node.kind == MethodNodeKind::condition) text += " " + node.arguments;
    for (std::size_t j = 0; j < node.inputs.size(); ++j)
      text += (j == 0 ? " <- " : ", ") + std::to_string(node.inputs[j]);
    text += "\n";
  }
  return text;
}

MethodGraph graph_of(const std::string& code_text, MethodGraphLimits limits = {}) {
  ScriptCode code;
  add_code(code, "__torch__", code_text, "code/__torch__.py");
  const CodeClass& root = *code.find_class("__torch__.Net");
  return method_graph(code, root, *root.method("forward"), limits);
}

MethodGraph graph_of_body(const std::string& body) {
  return graph_of(
      "class Net(Module):\n  weight : Tensor\n  def forward(self: __torch__.Net,\n    x: "
      "Tensor,\n    y: Tensor) -> Tensor:\n" +
      body);
}

TEST(MethodGraph, has_the_calls_of_submodules_and_functions_in_order) {
  const MethodGraph graph = graph_of(
      "class Net(Module):\n"
      "  first : __torch__.Linear\n"
      "  __annotations__[\"0\"] = __torch__.Linear\n"
      "  def forward(self: __torch__.Net,\n    x: Tensor) -> Tensor:\n"
      "    _0 = getattr(self, \"0\")\n"
      "    first = self.first\n"
      "    _1 = (_0).forward((first).forward(x, ), )\n"
      "    return __torch__.twice(_1, )\n"
      "class Linear(Module):\n"
      "  weight : Tensor\n"
      "  def forward(self: __torch__.Linear,\n    input: Tensor) -> Tensor:\n"
      "    weight = self.weight\n"
      "    return torch.linear(input, weight, CONSTANTS.c0)\n"
      "def twice(x: Tensor, by: int=2) -> Tensor:\n"
      "  return torch.mul(x, by)\n");
  EXPECT_EQ(text_of(graph),
            "0 x\n"
            "1 first/first.weight\n"
            "2 first/c0\n"
            "3 first/aten::linear(_, _, _) <- 0, 1, 2\n"
            "4 0/0.weight\n"
            "5 0/aten::linear(_, _, _) <- 2, 3, 4\n"
            "6 twice/aten::mul(_, 2) <- 5\n"
            "7 return <- 6\n");
  EXPECT_TRUE(graph.incomplete.empty());
  EXPECT_EQ(graph.nodes[3].record, "code/__torch__.py");
  EXPECT_EQ(graph.nodes[3].line, 15);
  EXPECT_EQ(graph.scopes[0].name, "Linear");
}

TEST(MethodGraph, follows_both_sides_of_a_branch_and_the_body_of_a_loop) {
  EXPECT_EQ(text_of(graph_of_body("    z = x\n"
                                  "    if torch.gt(x, 0):\n"
                                  "      z = torch.relu(x)\n"
                                  "    elif bool(y):\n"
                                  "      z = torch.neg(x)\n"
                                  "    else:\n"
                                  "      pass\n"
                                  "    for i in range(3):\n"
                                  "      z = torch.add(z, i)\n"
                                  "    return z\n")),
            "0 x\n"
            "1 y\n"
            "2 aten::gt(_, 0) <- 0\n"
            "3 if _ <- 2\n"
            "4 if/aten::relu(_) <- 0\n"
            "5 else/aten::Bool(_) <- 1\n"
            "6 else/if _ <- 5\n"
            "7 else/if/aten::neg(_) <- 0\n"
            "8 for range(3)\n"
            "9 for/aten::add(_, _) <- 0, 4, 7, 8\n"
            "10 return <- 0, 4, 7, 9\n");
}

TEST(MethodGraph, tells_the_items_of_a_tuple_apart) {
  EXPECT_EQ(text_of(graph_of_body("    a, b, = (torch.relu(x), torch.neg(y))\n"
                                  "    c = [a, b]\n"
                                  "    d = torch.cat(c, 1)\n"
                                  "    e : Tensor = torch.mul(c[1], 1.e-05)\n"
                                  "    return (d, e)\n")),
            "0 x\n"
            "1 y\n"
            "2 aten::relu(_) <- 0\n"
            "3 aten::neg(_) <- 1\n"
            "4 aten::cat([_, _], 1) <- 2, 3\n"
            "5 aten::mul(_, 1.e-05) <- 3\n"
            "6 return <- 4, 5\n");
}

TEST(MethodGraph, shows_what_is_written_and_what_cannot_be_followed) {
  EXPECT_EQ(text_of(graph_of_body("    self.weight = torch.add(self.weight, x, alpha=-1)\n"
                                  "    w = self.weight\n"
                                  "    return foo.bar(w + y, not x, \"a, b\", None)\n")),
            "0 x\n"
            "1 y\n"
            "2 weight\n"
            "3 aten::add(_, _, alpha=-1) <- 0, 2\n"
            "4 prim::SetAttr(weight) <- 3\n"
            "5 weight\n"
            "6 +(_ + _) <- 1, 5\n"
            "7 not(_) <- 0\n"
            "8 bar(_, _, \"a, b\", None) <- 6, 7\n"
            "9 return <- 8\n");
}

TEST(MethodGraph, ends_for_methods_that_call_themselves) {
  EXPECT_EQ(text_of(graph_of_body("    return (self).forward(x, y, )\n")),
            "0 x\n1 y\n2 Net.forward(_, _, _) <- 0, 1\n3 return <- 2\n");
}

TEST(MethodGraph, says_why_it_is_incomplete) {
  const std::string deep(2000, '(');
  EXPECT_EQ(graph_of_body("    return " + deep + "x\n").incomplete,
            "its code is nested more than 500 levels deep");
  const std::string twice =
      "class Net(Module):\n  def forward(self: __torch__.Net,\n    x: Tensor) -> Tensor:\n"
      "    return torch.relu(torch.relu(x))\n";
  EXPECT_EQ(graph_of(twice, {.rows = 2}).incomplete, "its code makes more calls than are followed");
  EXPECT_EQ(graph_of(twice, {.rows = 2}).nodes.size(), 2U);
  EXPECT_EQ(graph_of(twice, {.steps = 10}).incomplete,
            "its code calls more than can be followed safely");
}

TEST(MethodGraph, ends_soon_for_functions_that_double_the_calls_at_each_level) {
  std::string text = "def f0(x: Tensor) -> Tensor:\n  return x\n";
  for (int i = 1; i <= 60; ++i) {
    const std::string before = "__torch__.f" + std::to_string(i - 1);
    text += "def f" + std::to_string(i) + "(x: Tensor) -> Tensor:\n  return " + before + "(" +
            before + "(x, ), )\n";
  }
  text +=
      "class Net(Module):\n  def forward(self: __torch__.Net) -> Tensor:\n    return "
      "__torch__.f60(0, )\n";
  EXPECT_FALSE(graph_of(text).incomplete.empty());
}

TEST(MethodGraph, accepts_text_that_is_not_code) {
  for (const char* body : {"    = = (\n", "    x[\n", "    if\n", "    for in :\n", "    a, = \n",
                           "    ))) ] : , .\n", "    return x.\n", "    x = -\n", "    else:\n",
                           "    (x).y = z = \n", "    f(a=, b=)\n", "    {1: 2, 3\n"})
    EXPECT_FALSE(graph_of_body(body).nodes.empty()) << body;
}

}  // namespace

}  // namespace tsctl
