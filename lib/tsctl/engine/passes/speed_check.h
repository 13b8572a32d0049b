#pragma once

#include <c10/core/Device.h>
#include <torch/csrc/jit/api/module.h>

#include <optional>
#include <string>
#include <vector>

namespace tsctl {

// How much faster forward of `after` is than that of `before`, on the declared input set where it gains least: the
// median of the ratios of neighbouring samples. A sample is a call, or calls that take 2 ms together. Both modules are
// sampled in turn, in changing order, `kSpeedCheckRounds` times after a warm-up; after `kSpeedCheck_s` seconds,
// `kFewestSpeedCheckRounds` are enough, or the first in which it is not slower. `is_slower` is set if it is slower in so
// many rounds that a sign test rejects equal speed at 1% (16 of 20, 8 of 8). A busy host lengthens most samples; so it is
// also set if the shortest samples are slower by 5%, those of the odd rounds and those of the even ones.
struct SpeedCheck {
  double speedup = 1.0;
  bool is_slower = false;
};

inline constexpr int kSpeedCheckRounds = 20;
inline constexpr int kFewestSpeedCheckRounds = 8;
inline constexpr double kSpeedCheck_s = 5.0;
// A file that is slower by less than this is kept.
inline constexpr double kLeastSpeedup = 0.98;
// The same for the shortest samples of half of the rounds.
inline constexpr double kLeastOfHalf = 0.95;

// A sample of each module, in seconds per call.
struct TimedRound {
  double before_s = 0.0;
  double after_s = 0.0;

  double speedup() const { return before_s / after_s; }
};

// `rounds` holds at least one. Fewer than `kFewestSpeedCheckRounds` are not judged by halves.
SpeedCheck judge_speed(const std::vector<TimedRound>& rounds);

// The fewest of `rounds` that must be slower: the least k with P(X >= k) <= 1% for X of Binomial(rounds, 1/2).
int rounds_that_prove_slower(int rounds);

// Null without calls. Throws Error{execution} if a call fails.
std::optional<SpeedCheck> check_speed(const torch::jit::Module& before,
                                      const torch::jit::Module& after,
                                      const std::string& inputs_tensors, const c10::Device& device);

}  // namespace tsctl
