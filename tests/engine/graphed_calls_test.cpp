#include "tsctl/engine/graphed_calls.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "support.h"

namespace tsctl {
namespace {

using test::error_of;

// What the fake CUDA plug-in did, and how it should fail.
struct FakeCuda {
  int captures = 0;
  int replays = 0;
  std::string fails_with = {};
  bool replays_nothing = false;
};
FakeCuda fake;

// On the CPU every call makes new outputs; a graph writes into those that were there when it was recorded.
class FakeGraph : public DeviceGraph {
 public:
  explicit FakeGraph(std::function<void()> work) : work_(std::move(work)) {}
  void replay() override {
    ++fake.replays;
    if (!fake.replays_nothing) work_();
  }

 private:
  std::function<void()> work_;
};

std::unique_ptr<DeviceGraph> capture(int, int warm_up, const std::function<void()>& work) {
  ++fake.captures;
  for (int i = 0; i < warm_up; ++i) work();
  if (!fake.fails_with.empty()) throw std::runtime_error(fake.fails_with);
  work();
  return std::make_unique<FakeGraph>(work);
}

constexpr CudaApi kFakeApi{.version = kCudaApiVersion, .capture = &capture};

class GraphedCallsTest : public testing::Test {
 protected:
  GraphedCallsTest() { fake = {}; }

  static CallInputs inputs(std::int64_t size, float value) {
    return {.args = {torch::full({size}, value)}, .kwargs = {}};
  }

  static float first_of(const c10::IValue& outputs) { return outputs.toTensor()[0].item<float>(); }

  // Twice the input; counts its calls.
  DeviceCall twice_ = [this](const CallInputs& inputs) {
    ++plain_calls_;
    return c10::IValue(inputs.args[0].toTensor() * 2);
  };
  int plain_calls_ = 0;
};

TEST_F(GraphedCallsTest, records_once_and_replays_afterwards) {
  GraphedCalls calls(kFakeApi, 0, twice_);
  const CallInputs one = inputs(2, 3);
  calls.record(one);
  EXPECT_EQ(calls.reason(), "");
  const int replays = fake.replays;
  EXPECT_EQ(first_of(calls.call(one)), 6);
  EXPECT_EQ(first_of(calls.call(one)), 6);
  EXPECT_EQ(fake.captures, 1);
  EXPECT_EQ(fake.replays, replays + 2);
}

TEST_F(GraphedCallsTest, records_every_shape_and_no_shape_twice) {
  GraphedCalls calls(kFakeApi, 0, twice_);
  const CallInputs small = inputs(2, 3);
  const CallInputs large = inputs(4, 5);
  const CallInputs small_too = inputs(2, 7);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(first_of(calls.call(small)), 6);
    EXPECT_EQ(first_of(calls.call(large)), 10);
    EXPECT_EQ(first_of(calls.call(small_too)), 14);
  }
  EXPECT_EQ(fake.captures, 2);
}

TEST_F(GraphedCallsTest, distinguishes_numbers_like_shapes) {
  GraphedCalls calls(kFakeApi, 0, [](const CallInputs& inputs) {
    return c10::IValue(inputs.args[0].toTensor() * inputs.args[1].toInt());
  });
  const CallInputs by_two{.args = {torch::ones({2}), c10::IValue(2)}, .kwargs = {}};
  const CallInputs by_three{.args = {torch::ones({2}), c10::IValue(3)}, .kwargs = {}};
  EXPECT_EQ(first_of(calls.call(by_two)), 2);
  EXPECT_EQ(first_of(calls.call(by_three)), 3);
  EXPECT_EQ(fake.captures, 2);
}

TEST_F(GraphedCallsTest, falls_back_to_plain_calls_with_the_reason) {
  fake.fails_with = "CUDA error: operation not permitted when stream is capturing";
  GraphedCalls calls(kFakeApi, 0, twice_);
  const CallInputs one = inputs(2, 3);
  calls.record(one);
  EXPECT_EQ(calls.reason(),
            "not captured: CUDA error: operation not permitted when stream is capturing; its calls "
            "are plain");
  const int before = plain_calls_;
  EXPECT_EQ(first_of(calls.call(one)), 6);
  EXPECT_EQ(plain_calls_, before + 1);
  EXPECT_EQ(fake.replays, 0);
}

TEST_F(GraphedCallsTest, refuses_a_graph_whose_outputs_differ) {
  int calls_so_far = 0;
  GraphedCalls calls(kFakeApi, 0, [&](const CallInputs& inputs) {
    return c10::IValue(inputs.args[0].toTensor() + ++calls_so_far);
  });
  const CallInputs one = inputs(2, 1);
  calls.record(one);
  EXPECT_TRUE(
      calls.reason().starts_with("captured, but the outputs of its graph differ from those of "
                                 "plain calls: output 'out' differs by "))
      << calls.reason();
  const int replays = fake.replays;
  calls.call(one);
  EXPECT_EQ(fake.replays, replays);
}

TEST_F(GraphedCallsTest, notices_a_replay_that_computes_nothing) {
  fake.replays_nothing = true;
  int calls_so_far = 0;
  GraphedCalls calls(kFakeApi, 0, [&](const CallInputs& inputs) {
    // What a recording gives is not there before it is replayed.
    const bool recording = ++calls_so_far == 6;
    return c10::IValue(recording ? torch::zeros({2}) : inputs.args[0].toTensor() * 2);
  });
  calls.record(inputs(2, 3));
  EXPECT_NE(calls.reason().find("differs by 6"), std::string::npos) << calls.reason();
}

TEST_F(GraphedCallsTest, takes_a_model_that_writes_into_its_inputs) {
  GraphedCalls calls(kFakeApi, 0, [](const CallInputs& inputs) {
    return c10::IValue(inputs.args[0].toTensor().add_(1) * 2);
  });
  const CallInputs one = inputs(2, 3);
  calls.record(one);
  EXPECT_EQ(calls.reason(), "");
  EXPECT_EQ(one.args[0].toTensor()[0].item<float>(), 3);
}

TEST_F(GraphedCallsTest, ends_where_not_even_plain_calls_work_afterwards) {
  fake.fails_with = "CUDA error: an illegal memory access was encountered";
  GraphedCalls calls(kFakeApi, 0, [&](const CallInputs& inputs) -> c10::IValue {
    if (++plain_calls_ > 5) throw std::runtime_error("the context is gone");
    return inputs.args[0];
  });
  const Error error = error_of([&] { calls.record(inputs(2, 3)); });
  EXPECT_EQ(error.kind(), ErrorKind::execution);
  EXPECT_STREQ(error.what(),
               "calls failed after their CUDA graph could not be captured: the context is gone");
  EXPECT_EQ(error.hint(), "remove cuda-graph=on from the arm");
}

}  // namespace
}  // namespace tsctl
