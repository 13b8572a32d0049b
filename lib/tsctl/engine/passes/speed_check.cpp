#include "tsctl/engine/passes/speed_check.h"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <array>
#include <vector>

#include "tsctl/archive/tensor_file.h"
#include "tsctl/core/base/clock.h"
#include "tsctl/engine/device.h"
#include "tsctl/engine/guard.h"
#include "tsctl/engine/inputs.h"
#include "tsctl/engine/load.h"

namespace tsctl {

namespace {

constexpr int kWarmUpCalls = 3;
constexpr std::size_t kRoundsOfSlower = 16;  // of 20: p = 0.006 for files of equal speed

double call_s(torch::jit::Method& method, const CallInputs& inputs, const c10::Device& device) {
  const double start_s = now_s();
  method(inputs.args, inputs.kwargs);
  synchronize(device);
  return now_s() - start_s;
}

SpeedCheck check_call(torch::jit::Method before, torch::jit::Method after, const CallInputs& inputs,
                      const c10::Device& device) {
  const std::array<torch::jit::Method*, 2> methods{&before, &after};
  for (int i = 0; i < kWarmUpCalls; ++i) {
    for (torch::jit::Method* method : methods) call_s(*method, inputs, device);
  }
  std::vector<double> ratios;
  for (int round = 0; round < kSpeedCheckRounds; ++round) {
    std::array<double, 2> times{};
    for (const std::size_t turn : {0, 1}) {
      const std::size_t which = (turn + static_cast<std::size_t>(round)) % 2;
      times[which] = call_s(*methods[which], inputs, device);
    }
    ratios.push_back(times[0] / times[1]);
  }
  std::sort(ratios.begin(), ratios.end());
  return {.speedup = ratios[ratios.size() / 2],
          .is_slower = ratios[kRoundsOfSlower - 1] < kLeastSpeedup};
}

}  // namespace

std::optional<SpeedCheck> check_speed(const torch::jit::Module& before,
                                      const torch::jit::Module& after,
                                      const std::string& inputs_tensors,
                                      const c10::Device& device) {
  const TensorFile file = TensorFile::open(inputs_tensors);
  std::optional<SpeedCheck> worst;
  for (const CallRecord& record : file.calls()) {
    guarded(ErrorKind::execution, "forward failed while it was timed", [&] {
      const c10::InferenceMode inference;
      const torch::jit::Method method = find_method(before, "forward");
      const CallInputs inputs =
          inputs_from_record(record, file, method.function().getSchema(), device);
      const SpeedCheck check = check_call(method, find_method(after, "forward"), inputs, device);
      if (!worst || check.speedup < worst->speedup) {
        const bool is_slower = check.is_slower || (worst && worst->is_slower);
        worst = check;
        worst->is_slower = is_slower;
      } else if (check.is_slower) {
        worst->is_slower = true;
      }
    });
  }
  return worst;
}

}  // namespace tsctl
