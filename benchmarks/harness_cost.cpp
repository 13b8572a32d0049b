// Measures the overhead of timing: calls the same file by an arm of `tsctl bench`, and in a plain LibTorch loop that
// reads the clock only at its two ends. A group has two short blocks of each in random order, so that disturbances
// affect both. Prints JSON: the time of a call for each of the two, by group.
//
//     tsctl_harness_cost [GROUPS] [CALLS_PER_BLOCK] [MICROSECONDS_PER_CALL]
//
// With 0 microseconds the model returns its input, which shows the overhead best.
#include <ATen/Parallel.h>
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
#include "tsctl/archive/tensor_file_writer.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/stats/statistics.h"
#include "tsctl/engine/arm.h"

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

class NoEvents : public tsctl::Events {
 public:
  void progress(const std::string&) override {}
  void warning(const tsctl::Warning&) override {}
};

// A model that negates its input twice, `negations` times: an adjustable amount of work.
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

// The plain loop, as in a program that uses LibTorch.
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
  if (seconds <= 0.0) return 0;
  constexpr int kTried = 20;
  Plain plain(module_of(kTried));
  plain.call_s(20);
  std::vector<double> tries;
  for (int i = 0; i < 20; ++i) tries.push_back(plain.call_s(50));
  return std::max(1, static_cast<int>(seconds / tsctl::median(tries) * kTried));
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

void print(const char* before, const std::vector<double>& values) {
  std::printf("%s", before);
  for (std::size_t i = 0; i < values.size(); ++i)
    std::printf("%s%.6g", i > 0 ? ", " : "", values[i]);
}

int measure(const fs::path& folder, int groups, int calls, double wanted_s) {
  const std::string model = folder / "model.pt";
  const std::string inputs = folder / "inputs.safetensors";
  module_of(negations_for(wanted_s)).save(model);
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
  for (int i = 0; i < groups; ++i) {
    double arm_s = 0.0;
    double plain_s = 0.0;
    // The order A B B A: each of the two runs as often after itself as the other.
    const bool arm_outside = random() % 2 == 0;
    for (const bool outside : {true, false, false, true}) {
      if (outside == arm_outside) {
        arm_s += tsctl::mean(arm->time_calls(1, calls)) / 2;
      } else {
        plain_s += plain.call_s(calls) / 2;
      }
    }
    of_arm.push_back(arm_s);
    of_plain.push_back(plain_s);
  }
  print("{\"arm_s\": [", of_arm);
  print("], \"plain_s\": [", of_plain);
  std::printf("]}\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const int groups = argc > 1 ? static_cast<int>(std::strtol(argv[1], nullptr, 10)) : 500;
  const int calls = argc > 2 ? static_cast<int>(std::strtol(argv[2], nullptr, 10)) : 50;
  const double wanted_s = argc > 3 ? std::strtod(argv[3], nullptr) * 1e-6 : 0.0;
  if (groups < 1 || calls < 1) {
    std::fprintf(stderr, "tsctl_harness_cost: GROUPS and CALLS_PER_BLOCK must be at least 1\n");
    return 2;
  }
  at::set_num_threads(1);
  const fs::path folder =
      fs::temp_directory_path() / ("tsctl_harness_cost_" + std::to_string(getpid()));
  fs::create_directories(folder);
  int status = 1;
  try {
    status = measure(folder, groups, calls, wanted_s);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tsctl_harness_cost: %s\n", error.what());
  }
  fs::remove_all(folder);
  return status;
}
