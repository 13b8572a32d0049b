#include "tsctl/engine/device.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <optional>

#include "support.h"
#include "tsctl/engine/cuda_library.h"
#include "tsctl/engine/device_marks.h"
#include "tsctl/engine/device_timing.h"
#include "tsctl/engine/graphed_calls.h"
#include "tsctl/engine/method_runner.h"

namespace tsctl {
namespace {

class OnDevice : public testing::Test {
 protected:
  void SetUp() override {
    try {
      open_device("cuda");
    } catch (const Error& error) {
      GTEST_SKIP() << error.what();
    }
    const CudaLibrary library = open_cuda_library(TSCTL_CUDA_FOLDER);
    ASSERT_NE(library.api, nullptr) << library.reason;
    api_ = library.api;
  }

  // A file whose forward has this body, on the device.
  void load(const std::string& body) {
    test::module_from("def forward(self, x):\n  " + body + "\n").save(dir_.file("model.pt"));
    runner_.emplace(RunSettings{.model_path = dir_.file("model.pt"), .device = "cuda"});
    inputs_ = {.args = {torch::rand({64, 64}).to(runner_->device())}, .kwargs = {}};
  }

  DeviceCall plain_ = [this](const CallInputs& inputs) { return runner_->call(inputs); };
  static at::Tensor on_host(const c10::IValue& value) { return value.toTensor().cpu(); }

  test::TempDir dir_ = {};
  const CudaApi* api_ = nullptr;
  std::optional<MethodRunner> runner_ = {};
  CallInputs inputs_ = {};
};

TEST_F(OnDevice, a_graph_gives_what_plain_calls_give_again_and_again) {
  load("for i in range(20):\n    x = torch.relu(torch.mm(x, x) * 0.01)\n  return x");
  GraphedCalls calls(*api_, 0, plain_);
  calls.record(inputs_);
  EXPECT_EQ(calls.reason(), "");
  const at::Tensor expected = on_host(plain_(inputs_));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(torch::allclose(on_host(calls.call(inputs_)), expected));
}

TEST_F(OnDevice, a_graph_takes_other_values_and_other_shapes) {
  load("return torch.relu(x - 0.5) * 3");
  GraphedCalls calls(*api_, 0, plain_);
  const CallInputs other{.args = {torch::rand({64, 64}).to(runner_->device())}, .kwargs = {}};
  const CallInputs wide{.args = {torch::rand({8, 256}).to(runner_->device())}, .kwargs = {}};
  for (const CallInputs* inputs :
       std::initializer_list<const CallInputs*>{&inputs_, &other, &wide, &inputs_})
    EXPECT_TRUE(torch::equal(on_host(calls.call(*inputs)), on_host(plain_(*inputs))));
  EXPECT_EQ(calls.reason(), "");
}

TEST_F(OnDevice, a_model_that_waits_for_the_device_is_called_plainly) {
  load("if bool(x.sum() > 0):\n    x = x + 1\n  return x");
  GraphedCalls calls(*api_, 0, plain_);
  calls.record(inputs_);
  EXPECT_TRUE(calls.reason().starts_with("not captured: ")) << calls.reason();
  EXPECT_TRUE(torch::equal(on_host(calls.call(inputs_)), on_host(plain_(inputs_))));
  // What failed to be recorded leaves nothing behind that would stand in the way of the next one.
  load("return x * 2");
  GraphedCalls again(*api_, 0, plain_);
  again.record(inputs_);
  EXPECT_EQ(again.reason(), "");
}

TEST_F(OnDevice, the_cache_is_emptied_between_calls) {
  load("return x + 1");
  const auto marks = device_marks(runner_->device());
  const auto flush = cache_flush(runner_->device());
  const auto seconds = time_on_device(
      *marks, 5, [this] { plain_(inputs_); }, flush);
  ASSERT_EQ(seconds.size(), 5U);
  EXPECT_GT(*std::ranges::min_element(seconds), 0.0);
}

TEST_F(OnDevice, a_call_has_parts) {
  load("return x + 1");
  const auto marks = device_marks(runner_->device());
  const TransferTimes times = time_transfers(*marks, 5, inputs_, plain_, pinned_copy);
  EXPECT_GT(times.to_device_s, 0.0);
  EXPECT_GT(times.compute_s, 0.0);
  EXPECT_GT(times.from_device_s, 0.0);
  EXPECT_GE(times.wall_s, times.enqueue_s);
}

}  // namespace
}  // namespace tsctl
