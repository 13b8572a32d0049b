#include "tsctl/engine/arm.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "support.h"

namespace tsctl {
namespace {

using test::error_of;

class Timing : public testing::Test {
 protected:
  void SetUp() override {
    test::Calls calls;
    calls.add("B=1", {torch::ones({1})})
        .add("B=2", {torch::ones({2})})
        .write(dir_.file("in.safetensors"));
  }

  std::unique_ptr<Arm> open(const std::string& body, std::size_t set) {
    test::module_from("def forward(self, x):\n  " + body + "\n").save(dir_.file("model.pt"));
    return open_file_arm({.label = "arm",
                          .model_path = dir_.file("model.pt"),
                          .inputs_tensors = dir_.file("in.safetensors"),
                          .set_index = set},
                         events_);
  }

  test::TempDir dir_ = {};
  test::SilentEvents events_ = {};
};

TEST_F(Timing, gives_the_seconds_of_every_timed_call) {
  const auto arm = open("return x + 1", 0);
  const std::vector<double> seconds = arm->time_calls(2, 5);
  ASSERT_EQ(seconds.size(), 5U);
  for (const double second : seconds) EXPECT_GT(second, 0.0);
  EXPECT_TRUE(arm->time_calls(3, 0).empty());
}

TEST_F(Timing, calls_with_the_set_that_was_asked_for) {
  EXPECT_NO_THROW(open("assert x.size(0) == 2\n  return x", 1)->time_calls(0, 1));
  const Error error =
      error_of([&] { open("assert x.size(0) == 2, 'not two'\n  return x", 0)->time_calls(0, 1); });
  EXPECT_EQ(error.kind(), ErrorKind::execution);
  EXPECT_NE(std::string(error.what()).find("not two"), std::string::npos);
}

TEST_F(Timing, counts_untimed_calls_too) {
  torch::jit::Module module("Counting");
  module.register_attribute("calls", c10::IntType::get(), 0);
  module.define(
      "def forward(self, x):\n  self.calls = self.calls + 1\n  assert self.calls <= 3, 'four'\n  "
      "return x\n");
  module.save(dir_.file("counting.pt"));
  const ArmRequest request{.model_path = dir_.file("counting.pt"),
                           .inputs_tensors = dir_.file("in.safetensors")};
  EXPECT_NO_THROW(open_file_arm(request, events_)->time_calls(2, 1));
  EXPECT_EQ(error_of([&] { open_file_arm(request, events_)->time_calls(2, 2); }).kind(),
            ErrorKind::execution);
}

TEST_F(Timing, calls_in_several_threads_at_once) {
  const auto arm = open("return torch.relu(x * 2) + 1", 0);
  arm->call();
  std::vector<std::thread> threads;
  std::atomic<int> made = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int call = 0; call < 50; ++call, ++made) arm->call();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, 200);
}

TEST_F(Timing, reports_a_call_that_fails) {
  const auto arm = open("assert x.size(0) == 2, 'not two'\n  return x", 0);
  const Error error = error_of([&] { arm->call(); });
  EXPECT_EQ(error.kind(), ErrorKind::execution);
  EXPECT_NE(std::string(error.what()).find("not two"), std::string::npos);
}

TEST_F(Timing, goes_over_to_another_set_and_back) {
  const auto arm = open("assert x.size(0) == 2, 'not two'\n  return x", 0);
  arm->use_set(1);
  EXPECT_NO_THROW(arm->call());
  EXPECT_NO_THROW(arm->time_calls(1, 1));
  arm->use_set(0);
  EXPECT_EQ(error_of([&] { arm->call(); }).kind(), ErrorKind::execution);
}

TEST_F(Timing, refuses_a_missing_set) {
  EXPECT_EQ(error_of([&] { open("return x", 2); }).kind(), ErrorKind::usage);
}

}  // namespace
}  // namespace tsctl
