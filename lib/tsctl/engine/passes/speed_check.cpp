#include "tsctl/engine/passes/speed_check.h"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "tsctl/archive/tensor_file.h"
#include "tsctl/core/base/clock.h"
#include "tsctl/engine/device.h"
#include "tsctl/engine/guard.h"
#include "tsctl/engine/inputs.h"
#include "tsctl/engine/load.h"

namespace tsctl {

namespace {

constexpr int kWarmUpCalls = 5;
constexpr int kFewestWarmUpCalls = 3;  // LibTorch compiles in the first two
constexpr double kSample_s = 2e-3;     // of calls that are timed together
constexpr double kLevel = 0.01;

bool is_slower(const TimedRound& round) { return round.speedup() < kLeastSpeedup; }

// By the shortest samples of every second round, which other work on the host hardly lengthens.
double speedup_of_half(const std::vector<TimedRound>& rounds, std::size_t first) {
  TimedRound shortest = rounds[first];
  for (std::size_t i = first; i < rounds.size(); i += 2) {
    shortest.before_s = std::min(shortest.before_s, rounds[i].before_s);
    shortest.after_s = std::min(shortest.after_s, rounds[i].after_s);
  }
  return shortest.speedup();
}

// Seconds per call.
double call_s(torch::jit::Method& method, const CallInputs& inputs, const c10::Device& device,
              int calls) {
  const double start_s = now_s();
  for (int i = 0; i < calls; ++i) method(inputs.args, inputs.kwargs);
  synchronize(device);
  return (now_s() - start_s) / calls;
}

SpeedCheck check_call(torch::jit::Method before, torch::jit::Method after, const CallInputs& inputs,
                      const c10::Device& device) {
  const std::array<torch::jit::Method*, 2> methods{&before, &after};
  double shortest_s = kSample_s;
  const double warm_up_s = now_s();
  for (int i = 0; i < kWarmUpCalls; ++i) {
    if (i >= kFewestWarmUpCalls && now_s() - warm_up_s > kSpeedCheck_s) break;
    for (torch::jit::Method* method : methods)
      shortest_s = std::min(shortest_s, call_s(*method, inputs, device, 1));
  }
  const int calls = std::max(1, static_cast<int>(kSample_s / std::max(shortest_s, 1e-6)));
  std::vector<TimedRound> rounds;
  const double start_s = now_s();
  for (int round = 0; round < kSpeedCheckRounds; ++round) {
    // The fewest rounds prove it slower only if it is slower in all of them.
    const bool is_open = round < kFewestSpeedCheckRounds && std::ranges::all_of(rounds, is_slower);
    if (!is_open && now_s() - start_s > kSpeedCheck_s) break;
    std::array<double, 2> times{};
    for (const std::size_t turn : {0, 1}) {
      const std::size_t which = (turn + static_cast<std::size_t>(round)) % 2;
      times[which] = call_s(*methods[which], inputs, device, calls);
    }
    rounds.push_back({.before_s = times[0], .after_s = times[1]});
  }
  return judge_speed(rounds);
}

}  // namespace

int rounds_that_prove_slower(int rounds) {
  double probability = std::pow(0.5, rounds);  // of exactly k rounds
  double tail = 0;                             // of k rounds and more
  int k = rounds;
  while (k > 0 && tail + probability <= kLevel) {
    tail += probability;
    probability *= static_cast<double>(k) / (rounds - k + 1);
    --k;
  }
  return std::min(k + 1, rounds);
}

SpeedCheck judge_speed(const std::vector<TimedRound>& rounds) {
  std::vector<double> ratios;
  for (const TimedRound& round : rounds) ratios.push_back(round.speedup());
  std::ranges::sort(ratios);
  const auto slower = std::ranges::count_if(rounds, is_slower);
  if (rounds.size() >= kFewestSpeedCheckRounds) {
    const double shortest = std::max(speedup_of_half(rounds, 0), speedup_of_half(rounds, 1));
    if (shortest < kLeastOfHalf) return {.speedup = shortest, .is_slower = true};
  }
  return {.speedup = ratios[ratios.size() / 2],
          .is_slower = slower >= rounds_that_prove_slower(static_cast<int>(rounds.size()))};
}

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
