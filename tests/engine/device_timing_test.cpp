#include "tsctl/engine/device_timing.h"

#include <gtest/gtest.h>

#include <numeric>
#include <string>

#include "support.h"
#include "tsctl/engine/cuda_library.h"
#include "tsctl/engine/device_marks.h"
#include "tsctl/engine/tensors_within.h"

namespace tsctl {
namespace {

// Records the order of events and returns fixed times between marks: 1 s, 2 s, …
class FakeMarks : public DeviceMarks {
 public:
  explicit FakeMarks(std::vector<std::string>& log) : log_(log) {}

  void mark() override {
    log_.emplace_back("mark");
    ++marks_;
  }

  std::vector<double> take_seconds() override {
    log_.emplace_back("wait");
    std::vector<double> seconds(marks_ - 1);
    std::iota(seconds.begin(), seconds.end(), 1.0);
    marks_ = 0;
    return seconds;
  }

 private:
  std::vector<std::string>& log_;
  std::size_t marks_ = 0;
};

TEST(DeviceTiming, times_calls_between_marks_and_waits_once) {
  std::vector<std::string> log;
  FakeMarks marks(log);
  const auto seconds = time_on_device(marks, 2, [&] { log.emplace_back("call"); }, {});
  EXPECT_EQ(log,
            (std::vector<std::string>{"mark", "call", "mark", "mark", "call", "mark", "wait"}));
  EXPECT_EQ(seconds, (std::vector<double>{1.0, 3.0}));  // not what lies between two calls
}

TEST(DeviceTiming, empties_the_cache_outside_the_marks) {
  std::vector<std::string> log;
  FakeMarks marks(log);
  time_on_device(
      marks, 2, [&] { log.emplace_back("call"); }, [&] { log.emplace_back("flush"); });
  EXPECT_EQ(log, (std::vector<std::string>{"flush", "mark", "call", "mark", "flush", "mark", "call",
                                           "mark", "wait"}));
}

TEST(DeviceTiming, writes_more_than_the_size_of_the_cache) {
  EXPECT_EQ(flush_bytes(50 << 20), 100 << 20);
  EXPECT_GE(flush_bytes(0), std::int64_t{256} << 20);
}

class Transfers : public testing::Test {
 protected:
  TransferTimes run(int calls, const DeviceCall& call) {
    FakeMarks marks(log_);
    const HostCopy host_copy = [this](const at::Tensor& tensor) {
      log_.emplace_back("host memory");
      return tensor.clone();
    };
    return time_transfers(marks, calls, inputs_, call, host_copy);
  }

  CallInputs inputs_{.args = {torch::ones({2}), c10::IValue(3)},
                     .kwargs = {{"mask", torch::zeros({3})}}};
  std::vector<std::string> log_ = {};
};

TEST_F(Transfers, splits_a_call_into_its_parts) {
  const TransferTimes times = run(3, [](const CallInputs& inputs) { return inputs.args[0]; });
  EXPECT_EQ(times.to_device_s, 1.0);
  EXPECT_EQ(times.compute_s, 2.0);
  EXPECT_EQ(times.from_device_s, 3.0);
  EXPECT_GT(times.wall_s, times.enqueue_s);
}

TEST_F(Transfers, allocates_host_memory_before_timing_and_waits_after_each_call) {
  run(2, [this](const CallInputs& inputs) {
    log_.emplace_back("call");
    return c10::IValue(at::add(inputs.args[0].toTensor(), 1));
  });
  const std::vector<std::string> timed{"mark", "mark", "call", "mark", "mark", "wait"};
  std::vector<std::string> expected{"host memory", "host memory", "call", "host memory"};
  for (int i = 0; i < 2; ++i) expected.insert(expected.end(), timed.begin(), timed.end());
  EXPECT_EQ(log_, expected);
}

TEST_F(Transfers, brings_the_inputs_anew_for_every_call) {
  std::vector<float> seen;
  run(2, [&](const CallInputs& inputs) {
    at::Tensor tensor = inputs.args[0].toTensor();
    seen.push_back(tensor[0].item<float>());
    tensor.fill_(7);  // a model that writes into its input
    return c10::IValue(tensor);
  });
  EXPECT_EQ(seen, (std::vector<float>{1, 1, 1}));
}

TEST(TensorsWithin, finds_the_tensors_of_any_structure) {
  c10::Dict<std::string, at::Tensor> dict;
  dict.insert("k", torch::full({1}, 3));
  const c10::IValue nested = c10::ivalue::Tuple::create(
      {torch::full({1}, 1), c10::List<at::Tensor>({torch::full({1}, 2)}), dict, c10::IValue(5)});
  std::vector<int> values;
  for (const at::Tensor& tensor : tensors_within(nested)) values.push_back(tensor.item<int>());
  EXPECT_EQ(values, (std::vector<int>{1, 2, 3}));
}

TEST(CudaLibrary, says_what_is_missing) {
  const CudaLibrary library = open_cuda_library("/nonexistent");
  EXPECT_EQ(library.api, nullptr);
  EXPECT_NE(library.reason.find("/nonexistent/libtsctl_cuda.so"), std::string::npos);
}

}  // namespace
}  // namespace tsctl
