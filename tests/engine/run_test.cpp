#include "tsctl/engine/run.h"

#include <gtest/gtest.h>

#include "support.h"
#include "tsctl/archive/tensor_file.h"
#include "tsctl/core/arm_settings.h"
#include "tsctl/engine/model_warnings.h"
#include "tsctl/engine/outputs.h"

namespace tsctl {
namespace {

using test::Calls;
using test::error_of;

class Running : public testing::Test {
 protected:
  RunResult run(const torch::jit::Module& module, const Calls& calls,
                Executor executor = Executor::standard) {
    module.save(dir_.file("model.pt"));
    calls.write(dir_.file("in.safetensors"));
    return run_file({.model_path = dir_.file("model.pt"),
                     .inputs_tensors = dir_.file("in.safetensors"),
                     .outputs_tensors = dir_.file("out.safetensors"),
                     .settings = {.executor = executor}},
                    events_);
  }

  test::TempDir dir_ = {};
  test::SilentEvents events_ = {};
};

TEST_F(Running, sums_up_every_leaf) {
  const auto module = test::module_from("def forward(self, x):\n  return x + 1, x.size(0)\n");
  Calls calls;
  calls.add("B=2", {torch::tensor({1.0F, 3.0F})});
  const RunResult result = run(module, calls);
  ASSERT_EQ(result.outputs.size(), 2U);
  EXPECT_EQ(result.outputs[0].set, "B=2");
  EXPECT_EQ(result.outputs[0].output, "out[0]");
  EXPECT_EQ(result.outputs[0].dtype, "float32");
  EXPECT_EQ(result.outputs[0].shape, std::vector<std::int64_t>{2});
  EXPECT_EQ(result.outputs[0].minimum, 2.0);
  EXPECT_EQ(result.outputs[0].maximum, 4.0);
  EXPECT_EQ(result.outputs[0].mean, 3.0);
  EXPECT_EQ(result.outputs[1].value, "2");
}

TEST_F(Running, writes_a_file_that_reads_back) {
  const auto module = test::module_from(
      "def forward(self, x):\n  return {'logits': x + 1, 'wave': torch.complex(x, x)}\n");
  const at::Tensor input = torch::tensor({1.0F, 3.0F});
  Calls calls;
  calls.add("B=2", {input});
  run(module, calls);
  const TensorFile file = TensorFile::open(dir_.file("out.safetensors"));
  EXPECT_EQ(file.keys(), (std::vector<std::string>{"B=2/out.logits", "B=2/out.wave", "t0"}));
  ASSERT_EQ(file.calls().size(), 1U);
  const Outputs outputs = outputs_from_record(file.calls()[0], file);
  EXPECT_TRUE(torch::equal(outputs.tensors.at("B=2/out.logits"), input + 1));
  EXPECT_TRUE(torch::equal(outputs.tensors.at("B=2/out.wave"), torch::complex(input, input)));
}

TEST_F(Running, keeps_the_arguments_beside_the_outputs_and_shared_ones_once) {
  const auto module = test::module_from("def forward(self, x):\n  return x + 1\n");
  Calls calls;
  CallRecord record{.label = "first", .args = {calls.tensor(torch::tensor({1.0F, 3.0F}))}};
  calls.add(record);
  record.label = "second";
  calls.add(record);
  run(module, calls);
  const TensorFile file = TensorFile::open(dir_.file("out.safetensors"));
  EXPECT_EQ(file.keys(), (std::vector<std::string>{"first/out", "second/out", "t0"}));
  ASSERT_EQ(file.calls().size(), 2U);
  EXPECT_EQ(file.calls()[1].args.at(0).tensor, "t0");
}

TEST_F(Running, tells_state_that_reaches_the_outputs_from_state_that_does_not) {
  const auto text_of = [this](const std::string& source) {
    torch::jit::Module module("Counter");
    module.register_attribute("calls", c10::IntType::get(), 0);
    module.define("def forward(self, x):\n  self.calls = self.calls + 1\n  return " + source +
                  "\n");
    module.save(dir_.file("model.pt"));
    Calls calls;
    calls.add("", {torch::ones({2})});
    calls.write(dir_.file("in.safetensors"));
    const RunResult result = run_file({.model_path = dir_.file("model.pt"),
                                       .inputs_tensors = dir_.file("in.safetensors"),
                                       .every_call = true},
                                      events_);
    return result.warnings.at(0).text;
  };
  EXPECT_TRUE(text_of("x + self.calls").starts_with("the outputs of '"));
  EXPECT_NE(
      text_of("x").find("' stores 'calls' when it runs, and its outputs stay the same; call k"),
      std::string::npos);
}

TEST_F(Running, sends_the_warnings_of_a_models_code_to_its_events) {
  const auto module =
      test::module_from("def forward(self, x):\n  torch.warn('an odd input', 2)\n  return x\n");
  Calls calls;
  calls.add("A", {torch::ones({2})}).add("B", {torch::ones({2})});
  const ModelWarnings warnings(&events_);
  run(module, calls);
  ASSERT_FALSE(events_.warnings.empty());
  EXPECT_EQ(events_.warnings[0].text, "the model warns: an odd input");
  EXPECT_EQ(events_.warnings[0].code, WarningCode::python_warning);
}

TEST_F(Running, sends_libtorchs_own_warnings_to_its_events) {
  const auto module = test::module_from("def forward(self, x):\n  return torch.numpy_T(x)\n");
  Calls calls;
  calls.add("", {torch::ones({2, 2, 2})});
  const ModelWarnings warnings(&events_);
  run(module, calls);
  ASSERT_FALSE(events_.warnings.empty());
  EXPECT_EQ(events_.warnings[0].text.find("LibTorch warns: The use of `x.T`"), 0U);
}

TEST_F(Running, counts_nonfinite_values) {
  const auto module = test::module_from("def forward(self, x):\n  return x / 0.0\n");
  Calls calls;
  calls.add("", {torch::tensor({1.0F, 0.0F})});
  const RunResult result = run(module, calls);
  EXPECT_EQ(result.outputs[0].nonfinite, 2);
  EXPECT_FALSE(result.outputs[0].minimum.has_value());
}

TEST_F(Running, gives_the_same_with_every_executor) {
  Calls calls;
  calls.add("", {torch::randn({2, 2, 8, 8})});
  for (const Executor executor : {Executor::standard, Executor::fixed, Executor::unoptimized}) {
    const RunResult result = run(test::small_network(), calls, executor);
    ASSERT_EQ(result.outputs.size(), 1U);
    EXPECT_EQ(result.outputs[0].shape, (std::vector<std::int64_t>{2, 3}));
  }
}

TEST_F(Running, runs_a_model_in_train_mode_in_eval_mode) {
  torch::jit::Module network = test::small_network();
  network.train();
  Calls calls;
  calls.add("", {torch::randn({2, 2, 8, 8})});
  const RunResult result = run(network, calls);
  ASSERT_EQ(result.warnings.size(), 1U);
  EXPECT_EQ(result.warnings[0].code, WarningCode::was_training);
}

TEST_F(Running, says_which_file_failed_and_why) {
  const auto module =
      test::module_from("def forward(self, x):\n  return torch.matmul(x, torch.ones([4, 2]))\n");
  Calls calls;
  calls.add("B=1", {torch::ones({1, 3})});
  const Error error = error_of([&] { run(module, calls); });
  EXPECT_EQ(error.kind(), ErrorKind::execution);
  const std::string what = error.what();
  EXPECT_EQ(what.find('\'' + dir_.file("model.pt") + "' failed while it ran on B=1: "), 0U) << what;
  EXPECT_NE(what.find("mat1 and mat2 shapes cannot be multiplied"), std::string::npos) << what;
}

TEST_F(Running, refuses_results_that_cannot_be_stored) {
  Calls calls;
  calls.add("", {torch::ones({2, 2})});
  const Error sparse = error_of(
      [&] { run(test::module_from("def forward(self, x):\n  return x.to_sparse()\n"), calls); });
  EXPECT_EQ(sparse.kind(), ErrorKind::execution);
  EXPECT_STREQ(
      sparse.what(),
      "the result 'out' is a sparse or nested tensor, which can be neither compared nor stored");
}

}  // namespace
}  // namespace tsctl
