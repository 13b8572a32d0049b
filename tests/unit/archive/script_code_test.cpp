#include "tsctl/archive/script_code.h"

#include <limits>

#include "archive_files.h"
#include "tsctl/archive/op_count.h"

namespace tsctl {

namespace {

constexpr const char* kCode = R"code(class Net(Module):
  __parameters__ = ["weight", "bias", ]
  __buffers__ = []
  weight : Tensor
  names : Dict[str, int]
  __annotations__["0"] = __torch__.Inner
  factor : Final[float] = 2.5
  def forward(self: __torch__.Net,
    x: Tensor,
    mode: str="a(b, c",
    sizes: Optional[List[int]]=None) -> Tuple[Tensor, Dict[str, int]]:
    _0 = getattr(self, "0")
    note = "torch.save(x)"  # torch.load(x)
    y = torch.linear(x, CONSTANTS.c0, CONSTANTS.c1)
    z = (_0).forward((_0).forward(y, ), )
    _1 = __torch__.functions.twice
    print(_1(z, ), ops.prim.dtype(z))
    return (z, {})
  def helper(self: __torch__.Net) -> int:
    return (self).helper()
class Inner(Module):
  __parameters__ = []
  __buffers__ = []
  def forward(self: __torch__.Inner,
    x: Tensor) -> Tensor:
    return torch.relu(torch.relu(x))
)code";

ScriptCode sample() {
  ScriptCode code;
  add_code(code, "__torch__", kCode);
  add_code(code, "__torch__.functions",
           "def twice(x: Tensor) -> Tensor:\n  return torch.mul(x, CONSTANTS.c1)\n");
  return code;
}

TEST(ScriptCode, reads_classes_and_their_members) {
  const ScriptCode code = sample();
  const CodeClass* net = code.find_class("__torch__.Net");
  ASSERT_NE(net, nullptr);
  EXPECT_EQ(net->base, "Module");
  EXPECT_EQ(net->parameters, (std::vector<std::string>{"weight", "bias"}));
  EXPECT_TRUE(net->buffers.empty());
  EXPECT_EQ(net->attribute_type("names"), "Dict[str, int]");
  EXPECT_EQ(net->attribute_type("0"), "__torch__.Inner");
  ASSERT_EQ(net->constants.size(), 1U);
  EXPECT_EQ(net->constants[0], (std::pair<std::string, std::string>{"factor", "2.5"}));
  EXPECT_EQ(code.functions.count("__torch__.functions.twice"), 1U);
}

TEST(ScriptCode, writes_signatures_as_the_code_has_them) {
  const ScriptCode code = sample();
  EXPECT_EQ(signature_text(*code.find_class("__torch__.Net")->method("forward")),
            "forward(self, x: Tensor, mode: str=\"a(b, c\", sizes: Optional[List[int]]=None) -> "
            "Tuple[Tensor, Dict[str, int]]");
  EXPECT_EQ(signature_text(*code.find_class("__torch__.Net")->method("helper")),
            "helper(self) -> int");
}

TEST(ScriptCode, blanks_strings_and_comments_only) {
  EXPECT_EQ(mask_strings("a(\"x\\\"(\") # ops.x(\nb"), "a(\"    \")         \nb");
  EXPECT_EQ(mask_strings("'it' \"open\nnext"), "'  ' \"    \nnext");
}

TEST(ScriptCode, accepts_text_that_is_not_code) {
  ScriptCode code;
  add_code(code, "m", "class");
  add_code(code, "m", "class X(");
  add_code(code, "m", "def f(\n");
  add_code(code, "m", "class Y:\n  def g(self\n  x : int\n");
  EXPECT_TRUE(code.functions.empty());
  EXPECT_NE(code.find_class("m.Y"), nullptr);
}

TEST(OpCount, counts_calls_where_they_are_written) {
  const ScriptCode code = sample();
  EXPECT_EQ(OpCounter(code).written_in_code(), (OpCounts{{"aten::linear", 1},
                                                         {"aten::mul", 1},
                                                         {"aten::relu", 2},
                                                         {"prim::Print", 1},
                                                         {"prim::dtype", 1}}));
}

TEST(OpCount, follows_calls_of_submodules_and_functions) {
  const ScriptCode code = sample();
  OpCounter counter(code);
  EXPECT_EQ(counter.reachable_from("__torch__.Net", "forward"), (OpCounts{{"aten::linear", 1},
                                                                          {"aten::mul", 1},
                                                                          {"aten::relu", 4},
                                                                          {"prim::Print", 1},
                                                                          {"prim::dtype", 1}}));
  EXPECT_EQ(counter.unresolved(), 0);
}

TEST(OpCount, ends_for_methods_that_call_themselves) {
  const ScriptCode code = sample();
  OpCounter counter(code);
  EXPECT_TRUE(counter.reachable_from("__torch__.Net", "helper").empty());
  EXPECT_EQ(counter.unresolved(), 1);
}

TEST(OpCount, counts_calls_of_interfaces_as_unresolved) {
  ScriptCode code;
  add_code(code, "__torch__",
           "class Part(ModuleInterface):\n  def forward(self, x: Tensor) -> Tensor:\n    pass\n"
           "class M(Module):\n  part : __torch__.Part\n  def forward(self: __torch__.M, x: Tensor) "
           "-> Tensor:\n"
           "    part = self.part\n    return (part).forward(x, )\n");
  OpCounter counter(code);
  EXPECT_TRUE(counter.reachable_from("__torch__.M", "forward").empty());
  EXPECT_EQ(counter.unresolved(), 1);
}

TEST(OpCount, does_not_overflow_when_each_level_doubles_the_calls) {
  std::string text = "def f0(x: Tensor) -> Tensor:\n  return torch.relu(x)\n";
  for (int i = 1; i <= 80; ++i) {
    const std::string before = "__torch__.f" + std::to_string(i - 1);
    text += "def f" + std::to_string(i) + "(x: Tensor) -> Tensor:\n  return " + before + "(" +
            before + "(x, ), )\n";
  }
  text +=
      "class M(Module):\n  def forward(self: __torch__.M) -> Tensor:\n    return __torch__.f80(0, "
      ")\n";
  ScriptCode code;
  add_code(code, "__torch__", text);
  OpCounter counter(code);
  EXPECT_EQ(counter.reachable_from("__torch__.M", "forward").at("aten::relu"),
            std::numeric_limits<std::int64_t>::max());
}

TEST(OpCount, counts_the_uses_of_constants) {
  EXPECT_TRUE(device_uses(sample()).empty());
  EXPECT_EQ(constant_uses(sample()), (std::map<std::string, std::int64_t>{{"c0", 1}, {"c1", 2}}));
}

OpCounts ops_of_body(const std::string& body) {
  ScriptCode code;
  add_code(code, "__torch__", "def f(x: Tensor) -> Tensor:\n" + body);
  return OpCounter(code).written_in_code();
}

TEST(OpCount, sees_each_way_to_call_an_operator) {
  const OpCounts save{{"aten::save", 1}};
  EXPECT_EQ(ops_of_body("  torch . save(x, 'a')\n"), save);
  EXPECT_EQ(ops_of_body("  torch.save (x, 'a')\n"), save);
  EXPECT_EQ(ops_of_body("  y = (torch\n.\nsave)(x, 'a')\n"), save);
  EXPECT_EQ(ops_of_body("  torch. \\\n save(x, 'a')\n"), save);
  EXPECT_EQ(ops_of_body("  f = torch.save\n  f(x, 'a')\n"), save);
  EXPECT_EQ(ops_of_body("  t = torch\n  t.save(x, 'a')\n"), save);
  EXPECT_EQ(ops_of_body("  a = b = torch\n  a.save(x, 'a')\n"), save);
  EXPECT_EQ(ops_of_body("  getattr(torch, \"save\")(x, 'a')\n"), save);
  EXPECT_EQ(ops_of_body("  ((torch)).save(x, 'a')\n"), save);
  EXPECT_EQ(ops_of_body("  ops.aten.save(x, 'a')\n"), save);
  EXPECT_EQ(ops_of_body("  o = ops.aten\n  o.save(x, 'a')\n"), save);
  EXPECT_EQ(ops_of_body("  x.save('a')\n"), save);
  EXPECT_EQ(ops_of_body("  \"a\".save('a')\n"), save);
  EXPECT_EQ(ops_of_body("  y = \"\"\" \" \n\"\"\"\n  torch.save(x, 'a')\n"), save);
  EXPECT_EQ(ops_of_body("  y = 'a\\\nb'\n  torch.save(x, 'a')\n"), save);
  EXPECT_EQ(ops_of_body("  y = [\n1]\n  torch.save(x, 'a')\r\n"), save);
  EXPECT_EQ(ops_of_body("  # a ' quote\n  torch.save(x, 'a')\n"), save);
}

TEST(OpCount, does_not_count_what_is_no_call_of_an_operator) {
  EXPECT_EQ(ops_of_body("  y = \"torch.save(x)\" # torch.save(x)\n"), OpCounts{});
  EXPECT_EQ(ops_of_body("  y = '''\n  torch.save(x)\n'''\n"), OpCounts{});
  EXPECT_EQ(ops_of_body("  assert x == 1\n  f = 1\n  f, t = g\n"), OpCounts{});
}

TEST(OpCount, follows_a_module_that_is_called) {
  ScriptCode code;
  add_code(code, "__torch__",
           "class A(Module):\n  def forward(self: __torch__.A, x: Tensor) -> Tensor:\n"
           "    return torch.relu(x)\n"
           "class B(Module):\n  a : __torch__.A\n"
           "  def forward(self: __torch__.B, x: Tensor) -> Tensor:\n"
           "    a = self.a\n    return a(self.a(x))\n");
  OpCounter counter(code);
  EXPECT_EQ(counter.reachable_from("__torch__.B", "forward"), (OpCounts{{"aten::relu", 2}}));
  EXPECT_EQ(counter.unresolved(), 0);
}

TEST(ScriptCode, reads_classes_however_they_are_laid_out) {
  ScriptCode code;
  add_code(code, "m",
           "class\tA(Module):\n  def\tf(self,\nx: int) -> int:\n    y = (\nx)\n    return y\n",
           "code/m.py");
  const CodeClass* type = code.find_class("m.A");
  ASSERT_NE(type, nullptr);
  ASSERT_NE(type->method("f"), nullptr);
  EXPECT_NE(type->method("f")->body.find("return y"), std::string::npos);
  EXPECT_EQ(type->method("f")->line, 4);
  EXPECT_EQ(type->method("f")->record, "code/m.py");
}

TEST(DeviceUses, counts_the_places_where_code_names_a_device) {
  ScriptCode code;
  add_code(code, "__torch__",
           "class Net(Module):\n"
           "  def forward(self: __torch__.Net, x: Tensor) -> Tensor:\n"
           "    a = torch.zeros([2], device=torch.device(\"cuda:0\"))\n"
           "    b = torch.to(x, torch.device(\"cpu\"), 6)\n"
           "    c = torch.ones([2], device=torch.device(\"cuda:0\"))\n"
           "    d = \"torch.device(\"\n"
           "    e = torch.device(name)\n"
           "    return torch.add(a, b)\n");
  EXPECT_EQ(device_uses(code), (std::map<std::string, std::int64_t>{{"cpu", 1}, {"cuda:0", 2}}));
}

}  // namespace

}  // namespace tsctl
