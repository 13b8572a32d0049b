#include "packed_support.h"

#include <algorithm>
#include <optional>

#include "tsctl/engine/passes/pipeline.h"

namespace tsctl::test {

torch::jit::Module model_of(const Tensors& parameters, const std::string& source) {
  torch::jit::Module module("Model");
  module.register_attribute("training", c10::BoolType::get(), false);
  for (const auto& [name, tensor] : parameters)
    module.register_parameter(name, tensor, /*is_buffer=*/false);
  module.define(source);
  return module;
}

torch::jit::Module linear_model(const std::string& after) {
  torch::manual_seed(1);
  return model_of(
      {{"w", torch::randn({256, 256}) / 16}, {"b", torch::randn({256})}},
      "def forward(self, x):\n  y = torch.linear(x, self.w, self.b)\n  return " + after + "\n");
}

std::string conv_of(const std::string& input) {
  return "torch.conv2d(" + input + ", self.w, self.b, [1, 1], [1, 1])";
}

torch::jit::Module conv_model(const std::string& body) {
  torch::manual_seed(1);
  return model_of({{"w", torch::randn({16, 16, 3, 3}) / 12}, {"b", torch::randn({16})}},
                  "def forward(self, x):\n  y = " + conv_of("x") + "\n" + body);
}

std::vector<c10::IValue> stack_of(const Inputs& inputs) { return {inputs.begin(), inputs.end()}; }

namespace {

testing::AssertionResult agree_tensors(const at::Tensor& expected, const at::Tensor& found) {
  if (expected.sizes() != found.sizes() || expected.scalar_type() != found.scalar_type()) {
    return testing::AssertionFailure() << expected.toString() << expected.sizes() << " against "
                                       << found.toString() << found.sizes();
  }
  const at::Tensor numbers = expected.isnan().logical_or(expected.isinf()).logical_not();
  const at::Tensor finite = expected.masked_select(numbers);
  const double peak = finite.numel() == 0 ? 0.0 : finite.abs().max().item<double>();
  if (at::allclose(expected, found, /*rtol=*/0.0, /*atol=*/1e-5 * peak, /*equal_nan=*/true))
    return testing::AssertionSuccess();
  return testing::AssertionFailure()
         << "the numbers differ by up to " << (expected - found).abs().max().item<double>()
         << " of " << peak;
}

std::vector<c10::IValue> elements_of(const c10::IValue& value) {
  if (value.isTuple()) return value.toTupleRef().elements().vec();
  return value.toListRef().vec();
}

}  // namespace

testing::AssertionResult agree(const c10::IValue& expected, const c10::IValue& found) {
  if (expected.tagKind() != found.tagKind())
    return testing::AssertionFailure() << expected.tagKind() << " against " << found.tagKind();
  if (expected.isTensor()) return agree_tensors(expected.toTensor(), found.toTensor());
  if (!expected.isTuple() && !expected.isList()) {
    return expected == found ? testing::AssertionSuccess()
                             : testing::AssertionFailure() << expected << " against " << found;
  }
  const auto left = elements_of(expected);
  const auto right = elements_of(found);
  if (left.size() != right.size()) return testing::AssertionFailure() << "another length";
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (const auto result = agree(left[i], right[i]); !result) return result;
  }
  return testing::AssertionSuccess();
}

torch::jit::Module Packing::packed(const torch::jit::Module& module,
                                   const std::vector<Inputs>& sets, RewriteRequest request) {
  Calls calls;
  for (std::size_t i = 0; i < sets.size(); ++i) calls.add("set " + std::to_string(i), sets[i]);
  calls.write(dir_.file("calls.safetensors"));
  module.save(dir_.file("in.pt"));
  request.goal = RewriteGoal::optimize;
  request.model_path = dir_.file("in.pt");
  request.output_path = dir_.file("out.pt");
  request.inputs_tensors = dir_.file("calls.safetensors");
  result_ = rewrite(request, events_);
  return torch::jit::load(dir_.file("out.pt"));
}

torch::jit::Module Packing::packed(const torch::jit::Module& module,
                                   const std::vector<Inputs>& sets, std::size_t count) {
  torch::jit::Module loaded = packed(module, sets);
  EXPECT_EQ(packed::packed_layers(loaded).size(), count);
  EXPECT_EQ(result_.packed_layers.size(), count);
  return loaded;
}

torch::jit::Module Packing::reloaded(const torch::jit::Module& module) {
  module.save(dir_.file("again.pt"));
  return torch::jit::load(dir_.file("again.pt"));
}

namespace {

// Null if it raises. Inputs are copied with their strides: a model may write into them.
std::optional<c10::IValue> result_of(torch::jit::Module& module, const Inputs& inputs) {
  Inputs copies;
  for (const at::Tensor& input : inputs) {
    const bool overlaps = std::ranges::find(input.strides(), 0) != input.strides().end();
    copies.push_back(overlaps ? input
                              : at::empty_strided(input.sizes(), input.strides(), input.options()));
    if (!overlaps) copies.back().copy_(input);
  }
  try {
    return module.forward(stack_of(copies));
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace

void Packing::expect_same(torch::jit::Module plain, torch::jit::Module packed,
                          const Inputs& inputs) {
  // Three calls: the profiling executor specializes the third.
  const auto expected = result_of(plain, inputs);
  for (int call = 0; call < 3; ++call) {
    const auto found = result_of(packed, inputs);
    ASSERT_EQ(expected.has_value(), found.has_value()) << "one of them raises";
    if (expected) {
      EXPECT_TRUE(agree(*expected, *found)) << "call " << call;
    }
  }
}

void Packing::expect_same_with_each_kernel(const torch::jit::Module& plain,
                                           const torch::jit::Module& packed, const Inputs& inputs) {
  for (const packed::Kernel kernel : packed::kernels_of(packed)) {
    SCOPED_TRACE(packed::kernel_name(kernel));
    EXPECT_GT(packed::force_kernel(packed, kernel), 0);
    expect_same(plain, packed, inputs);
  }
}

std::vector<std::string> Packing::reasons(const std::string& pass) const {
  std::vector<std::string> found;
  for (const PassRecord& record : result_.passes) {
    if (record.pass != pass) continue;
    for (const PassSkip& skip : record.skipped) found.push_back(skip.reason);
  }
  return found;
}

std::vector<std::string> Packing::operations() const {
  std::vector<std::string> found;
  for (const PackedLayer& layer : result_.packed_layers) found.push_back(layer.operation);
  return found;
}

}  // namespace tsctl::test
