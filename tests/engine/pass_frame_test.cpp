#include <gtest/gtest.h>

#include <sstream>

#include "support.h"
#include "tsctl/engine/passes/pass.h"
#include "tsctl/engine/passes/pipeline.h"

namespace tsctl {
namespace {

using passes::Pass;
using passes::PassContext;
using torch::jit::Node;

constexpr PassInfo kTestPass{.name = "test_pass", .goal = RewriteGoal::optimize};

std::vector<Node*> nodes_named(torch::jit::Graph& graph, const char* op) {
  std::vector<Node*> found;
  passes::for_each_node(graph, [&](Node& node) {
    if (passes::is_any_of(node, {op})) found.push_back(&node);
  });
  return found;
}

// Replaces every relu by a call of a submodule that is compiled from source and has an attribute.
void replace_relu(PassContext& context) {
  const auto graph = context.graph();
  for (Node* relu : nodes_named(*graph, "aten::relu")) {
    torch::jit::Module clamp("Clamp");
    clamp.register_attribute("low", c10::TensorType::get(), torch::zeros({1}));
    clamp.define("def forward(self, x):\n  return torch.maximum(x, self.low)\n");
    const std::string place = context.place_of(*relu);
    context.replace_by_call(relu, context.add_submodule("clamp", clamp), "forward",
                            {relu->input(0)});
    context.rewrote("replaced relu at " + place);
  }
}

// Multiplies every relu's result by a tensor that is an attribute of the model.
void scale_relu(PassContext& context) {
  const auto graph = context.graph();
  const std::string name = context.add_attribute("scale", c10::TensorType::get(), torch::ones({1}));
  for (Node* relu : nodes_named(*graph, "aten::relu")) {
    Node* const product = graph->create(c10::Symbol::fromQualString("aten::mul"));
    product->addInput(relu->output());
    product->addInput(context.read_attribute(name, relu));
    product->insertAfter(relu);
    relu->output()->replaceAllUsesAfterNodeWith(product, product->output());
    context.rewrote("multiplied relu at " + context.place_of(*relu));
  }
}

class PassFrame : public testing::Test {
 protected:
  RewriteResult run(const torch::jit::Module& module, void (*on_method)(PassContext&),
                    RewriteRequest request = {}) {
    module.save(dir_.file("in.pt"));
    std::vector<Pass> passes(passes::listed_passes().begin(), passes::listed_passes().end());
    passes.push_back({.info = kTestPass, .on_method = on_method});
    request.goal = RewriteGoal::optimize;
    request.model_path = dir_.file("in.pt");
    request.output_path = dir_.file("out.pt");
    return rewrite_with(passes, request, events_, ir_);
  }
  torch::jit::Module reloaded() const { return torch::jit::load(dir_.file("out.pt")); }

  test::TempDir dir_ = {};
  test::SilentEvents events_ = {};
  std::ostringstream ir_ = {};
  at::Tensor input_ = torch::randn({2, 2, 8, 8});
};

TEST_F(PassFrame, binds_code_to_every_row_of_the_list) {
  const auto listed = passes::listed_passes();
  ASSERT_EQ(listed.size(), kPasses.size());
  for (std::size_t i = 0; i < listed.size(); ++i) {
    EXPECT_EQ(listed[i].info.name, kPasses[i].name);
    EXPECT_NE(listed[i].on_method != nullptr, listed[i].on_model != nullptr) << kPasses[i].name;
  }
}

TEST_F(PassFrame, lets_a_pass_call_a_submodule_that_it_adds) {
  torch::jit::Module network = test::small_network();
  RewriteRequest request;
  request.preserve = {"encode"};
  const RewriteResult result = run(network, replace_relu, request);
  torch::jit::Module optimized = reloaded();
  EXPECT_TRUE(nodes_named(*optimized.get_method("forward").graph(), "aten::relu").empty());
  EXPECT_EQ(nodes_named(*optimized.get_method("forward").graph(), "prim::CallMethod").size(), 1U);
  EXPECT_TRUE(optimized.attr("clamp").isModule());
  EXPECT_TRUE(optimized.attr("clamp_1").isModule());  // the one of encode: no name is given twice
  for (const char* method : {"forward", "encode"}) {
    const at::Tensor before = network.get_method(method)({input_}).toTensor();
    EXPECT_TRUE(at::allclose(before, optimized.get_method(method)({input_}).toTensor(), 1e-5, 1e-5))
        << method;
  }
  EXPECT_EQ(result.passes.back().changes, std::vector<std::string>{"replaced relu at features"});
}

TEST_F(PassFrame, lets_a_pass_read_an_attribute_that_it_adds) {
  torch::jit::Module network = test::small_network();
  run(network, scale_relu);
  torch::jit::Module optimized = reloaded();
  EXPECT_EQ(nodes_named(*optimized.get_method("forward").graph(), "prim::GetAttr").size(), 1U);
  const at::Tensor before = network.forward({input_}).toTensor();
  EXPECT_TRUE(at::allclose(before, optimized.forward({input_}).toTensor(), 1e-5, 1e-5));
  optimized.setattr("scale", 2 * torch::ones({1}));
  EXPECT_FALSE(at::allclose(before, optimized.forward({input_}).toTensor(), 1e-2, 1e-2));
}

TEST_F(PassFrame, counts_what_was_matched_rewritten_and_skipped) {
  const RewriteResult result = run(test::small_network(), [](PassContext& context) {
    for (Node* node : nodes_named(*context.graph(), "aten::linear"))
      context.skip(*node, "it is left for the test");
    context.rewrote("did two things", 2);
  });
  const PassRecord& record = result.passes.back();
  EXPECT_EQ(record.pass, "test_pass");
  EXPECT_EQ(record.status, PassStatus::changed);
  EXPECT_EQ(record.matched, 3);
  EXPECT_EQ(record.rewritten, 2);
  ASSERT_EQ(record.skipped.size(), 1U);
  EXPECT_EQ(record.skipped[0].operation, "linear");
  EXPECT_EQ(record.skipped[0].place, "classifier");
  EXPECT_EQ(record.skipped[0].reason, "it is left for the test");
}

// How often a pass found the type of a linear layer's result; a pass is a plain function.
int observations = 0;

void observe_twice(PassContext& context) {
  for (int i = 0; i < 2; ++i) {
    for (Node* node : nodes_named(*context.graph(), "aten::linear")) {
      const auto type = context.observed_types().of(*node->output());
      if (type && type->sizes()[1] == 3) ++observations;
    }
  }
}

TEST_F(PassFrame, gives_a_pass_the_types_of_a_run_on_the_declared_inputs) {
  test::Calls calls;
  calls.add("B=2", {input_}).write(dir_.file("calls.safetensors"));
  RewriteRequest request;
  request.preserve = {"encode"};
  request.inputs_tensors = dir_.file("calls.safetensors");
  observations = 0;
  run(test::small_network(), observe_twice, request);
  EXPECT_EQ(observations, 2);
  observations = 0;
  run(test::small_network(), observe_twice);
  EXPECT_EQ(observations, 0);  // without declared inputs nothing is known
}

TEST_F(PassFrame, does_not_run_the_model_unless_a_pass_asks) {
  torch::jit::Module failing =
      test::module_from("def forward(self, x):\n  assert x.size(0) == 0, \"it ran\"\n  return x\n");
  failing.register_attribute("training", c10::BoolType::get(), false);
  test::Calls calls;
  calls.add("B=2", {input_}).write(dir_.file("calls.safetensors"));
  RewriteRequest request;
  request.inputs_tensors = dir_.file("calls.safetensors");
  EXPECT_NO_THROW(run(
      failing, [](PassContext&) {}, request));
  const Error error = test::error_of([&] {
    run(
        failing, [](PassContext& context) { context.observed_types(); }, request);
  });
  EXPECT_EQ(error.kind(), ErrorKind::execution);
  EXPECT_NE(std::string(error.what()).find("while its shapes were recorded on B=2"),
            std::string::npos)
      << error.what();
}

TEST_F(PassFrame, prints_the_graph_before_and_after_a_pass_on_each_method) {
  RewriteRequest request;
  request.preserve = {"encode"};
  request.print_ir_before = {"test_pass"};
  request.print_ir_after = {"test_pass", "freeze_constants"};
  run(test::small_network(), replace_relu, request);
  const std::string text = ir_.str();
  std::vector<std::string> headings;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# IR ")) headings.push_back(line);
  }
  EXPECT_EQ(headings,
            (std::vector<std::string>{
                "# IR after freeze_constants on forward", "# IR after freeze_constants on encode",
                "# IR before test_pass on forward", "# IR after test_pass on forward",
                "# IR before test_pass on encode", "# IR after test_pass on encode"}));
  const auto after = text.find("# IR after test_pass on encode");
  EXPECT_NE(text.find("prim::CallMethod[name=\"forward\"]", after), std::string::npos);
  EXPECT_EQ(text.find("aten::relu", after), std::string::npos);
}

}  // namespace
}  // namespace tsctl
