#pragma once

#include <c10/core/Device.h>
#include <torch/csrc/jit/api/module.h>

#include <optional>
#include <string>

namespace tsctl {

// How much faster forward of `after` is than that of `before`, on the declared input set where it gains least: the
// median of the ratios of neighbouring calls. Both modules are called in turn, in changing order, `kSpeedCheckRounds`
// times after a warm-up. `is_slower` is set if it is slower in nearly all rounds: by a sign test at 1% (16 of 20).
struct SpeedCheck {
  double speedup = 1.0;
  bool is_slower = false;
};

inline constexpr int kSpeedCheckRounds = 20;
// A file that is slower by less than this is kept.
inline constexpr double kLeastSpeedup = 0.98;

// Null without calls. Throws Error{execution} if a call fails.
std::optional<SpeedCheck> check_speed(const torch::jit::Module& before,
                                      const torch::jit::Module& after,
                                      const std::string& inputs_tensors, const c10::Device& device);

}  // namespace tsctl
