// What timing adds to a call: the same file called by an arm as `tsctl bench` has it, and in a plain LibTorch loop with
// a clock at its two ends alone. Blocks of both alternate in an order drawn at random, so that whatever the machine does
// meanwhile happens to both. Prints JSON: the time of a call in either, and the ratio of each pair of blocks.
//
//     tsctl_harness_cost [PAIRS] [CALLS_A_BLOCK]
#include <torch/script.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tsctl/archive/tensor_file.h"
#include "tsctl/core/error.h"
#include "tsctl/core/statistics.h"
#include "tsctl/engine/arm.h"

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr double kWantedSeconds = 100e-6;  // of a call: short, so that what is added counts

class NoEvents : public tsctl::Events {
 public:
  void progress(const std::string&) override {}
  void warning(const tsctl::Warning&) override {}
};

// Its output is its input after so many times two negations: work that is as long as it is told to be.
torch::jit::Module module_of(int negations) {
  torch::jit::Module module("Work");
  std::string body = "def forward(self, x):\n";
  for (int i = 0; i < negations; ++i) body += "  x = torch.neg(torch.neg(x))\n";
  module.define(body + "  return x\n");
  module.eval();
  return module;
}

double seconds_since(const Clock::time_point& start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// The plain loop, as a program of LibTorch's users would have it.
class Plain {
 public:
  explicit Plain(torch::jit::Module module) : module_(std::move(module)) {}

  double call_s(int calls) {
    const c10::InferenceMode inference;
    module_.forward(inputs_);
    const auto start = Clock::now();
    for (int i = 0; i < calls; ++i) module_.forward(inputs_);
    return seconds_since(start) / calls;
  }

 private:
  torch::jit::Module module_;
  std::vector<c10::IValue> inputs_ = {torch::ones({16})};
};

int negations_for(double seconds) {
  constexpr int kTried = 20;
  Plain plain(module_of(kTried));
  plain.call_s(20);
  std::vector<double> tries;
  for (int i = 0; i < 20; ++i) tries.push_back(plain.call_s(50));
  return std::max(1, static_cast<int>(seconds / tsctl::median(tries) * kTried));
}

double mean(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

void write_inputs(const std::string& path) {
  const std::vector<float> ones(16, 1.0F);
  tsctl::CallRecord call;
  call.args.push_back({.kind = tsctl::Value::Kind::tensor, .tensor = "x"});
  tsctl::write_tensor_file(path, {call},
                           {{.key = "x",
                             .dtype = tsctl::Dtype::float32,
                             .shape = {16},
                             .data = ones.data(),
                             .size_bytes = ones.size() * sizeof(float)}});
}

int measure(const fs::path& folder, int pairs, int calls) {
  const std::string model = folder / "model.pt";
  const std::string inputs = folder / "inputs.safetensors";
  module_of(negations_for(kWantedSeconds)).save(model);
  write_inputs(inputs);
  NoEvents events;
  const auto arm =
      tsctl::open_file_arm({.label = "arm", .model_path = model, .inputs_tensors = inputs}, events);
  Plain plain(torch::jit::load(model));
  arm->time_calls(20, 0);
  plain.call_s(20);
  std::mt19937 random(std::random_device{}());
  std::vector<double> of_arm;
  std::vector<double> of_plain;
  for (int i = 0; i < pairs; ++i) {
    const bool plain_first = random() % 2 == 0;
    if (plain_first) of_plain.push_back(plain.call_s(calls));
    of_arm.push_back(mean(arm->time_calls(1, calls)));
    if (!plain_first) of_plain.push_back(plain.call_s(calls));
  }
  std::printf("{\"arm_s\": %.9g, \"plain_s\": %.9g, \"ratios\": [", tsctl::median(of_arm),
              tsctl::median(of_plain));
  for (int i = 0; i < pairs; ++i) {
    const auto at = static_cast<std::size_t>(i);
    std::printf("%s%.6g", i > 0 ? ", " : "", of_arm[at] / of_plain[at]);
  }
  std::printf("]}\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const int pairs = argc > 1 ? std::atoi(argv[1]) : 200;
  const int calls = argc > 2 ? std::atoi(argv[2]) : 20;
  if (pairs < 1 || calls < 1) {
    std::fprintf(stderr, "tsctl_harness_cost: give two numbers from 1 on\n");
    return 2;
  }
  torch::set_num_threads(1);
  const fs::path folder =
      fs::temp_directory_path() / ("tsctl_harness_cost_" + std::to_string(getpid()));
  fs::create_directories(folder);
  int status = 1;
  try {
    status = measure(folder, pairs, calls);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tsctl_harness_cost: %s\n", error.what());
  }
  fs::remove_all(folder);
  return status;
}
