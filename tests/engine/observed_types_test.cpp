#include "tsctl/engine/passes/observed_types.h"

#include <gtest/gtest.h>
#include <torch/csrc/jit/passes/inliner.h>

#include "support.h"
#include "tsctl/engine/passes/nodes.h"

namespace tsctl {
namespace {

using Sizes = std::vector<std::optional<std::int64_t>>;

class Observing : public testing::Test {
 protected:
  // The types of `source`'s forward on calls of one tensor each.
  ObservedTypes observe(const std::string& source, const std::vector<at::Tensor>& inputs) {
    module_ = test::module_from(source);
    return observe(inputs);
  }

  ObservedTypes observe(const std::vector<at::Tensor>& inputs) {
    test::Calls calls;
    for (std::size_t i = 0; i < inputs.size(); ++i) calls.add(std::to_string(i), {inputs[i]});
    calls.write(dir_.file("calls.safetensors"));
    return observe_types(module_, "forward", TensorFile::open(dir_.file("calls.safetensors")),
                         c10::kCPU);
  }

  const torch::jit::Value& output_of(const char* op) const {
    const torch::jit::Value* found = nullptr;
    passes::for_each_node(*module_.get_method("forward").graph(), [&](torch::jit::Node& node) {
      if (passes::is_any_of(node, {op})) found = node.output();
    });
    if (found == nullptr) throw std::out_of_range(std::string("no ") + op);
    return *found;
  }

  static Sizes sizes_of(const c10::TensorTypePtr& type) { return type->sizes().sizes().value(); }

  test::TempDir dir_ = {};
  torch::jit::Module module_ = {};
};

TEST_F(Observing, tells_sizes_dtype_strides_and_device_of_every_tensor) {
  const ObservedTypes types =
      observe("def forward(self, x):\n  y = x.transpose(0, 1)\n  return y.double() + 1\n",
              {torch::randn({2, 3})});
  const auto input = types.of(*module_.get_method("forward").graph()->inputs()[1]);
  ASSERT_TRUE(input);
  EXPECT_EQ(sizes_of(input), (Sizes{2, 3}));
  EXPECT_EQ(input->scalarType(), at::kFloat);
  EXPECT_EQ(input->device(), c10::Device(c10::kCPU));
  const auto transposed = types.of(output_of("aten::transpose"));
  ASSERT_TRUE(transposed);
  EXPECT_EQ(sizes_of(transposed), (Sizes{3, 2}));
  EXPECT_EQ(transposed->strides().concrete_sizes(), (std::vector<std::int64_t>{1, 3}));
  EXPECT_EQ(types.of(output_of("aten::add"))->scalarType(), at::kDouble);
}

TEST_F(Observing, leaves_open_what_differs_between_the_calls) {
  const ObservedTypes types = observe("def forward(self, x):\n  return torch.relu(x)\n",
                                      {torch::randn({2, 3}), torch::randn({5, 3})});
  const auto type = types.of(output_of("aten::relu"));
  ASSERT_TRUE(type);
  EXPECT_EQ(sizes_of(type), (Sizes{std::nullopt, 3}));
  EXPECT_EQ(type->scalarType(), at::kFloat);
}

TEST_F(Observing, sees_into_branches_and_loops) {
  const ObservedTypes types = observe(R"(
def forward(self, x):
  for i in range(2):
    x = torch.cat([x, x])
  if x.size(0) > 100:
    x = torch.relu(x)
  else:
    x = torch.neg(x)
  return x
)",
                                      {torch::randn({1, 3})});
  EXPECT_EQ(sizes_of(types.of(output_of("aten::cat"))), (Sizes{std::nullopt, 3}));
  EXPECT_EQ(sizes_of(types.of(output_of("aten::neg"))), (Sizes{4, 3}));
  EXPECT_EQ(types.of(output_of("aten::relu")), nullptr);  // never reached
  EXPECT_EQ(sizes_of(types.of(output_of("prim::If"))), (Sizes{4, 3}));
}

TEST_F(Observing, knows_nothing_of_values_that_are_created_later) {
  const ObservedTypes types =
      observe("def forward(self, x):\n  return torch.relu(x)\n", {torch::randn({2, 3})});
  const auto graph = module_.get_method("forward").graph();
  const torch::jit::WithInsertPoint at_end(graph->return_node());
  torch::jit::Node* const node =
      graph->insertNode(graph->create(c10::aten::neg, {graph->outputs()[0]}));
  EXPECT_EQ(types.of(*node->output()), nullptr);
  EXPECT_NE(types.of(*graph->outputs()[0]), nullptr);
}

TEST_F(Observing, leaves_the_module_and_its_graph_as_they_are) {
  module_ = torch::jit::Module("Counting");
  module_.register_buffer("calls", torch::zeros({1}));
  module_.define("def forward(self, x):\n  self.calls.add_(1)\n  return x + self.calls\n");
  const std::string before = module_.get_method("forward").graph()->toString();
  observe({torch::randn({2}), torch::randn({2})});
  EXPECT_EQ(module_.attr("calls").toTensor().item<float>(), 0.0F);
  EXPECT_EQ(module_.get_method("forward").graph()->toString(), before);
}

}  // namespace
}  // namespace tsctl
