#pragma once

#include <string>

#include "tsctl/bench/launched_arm.h"
#include "tsctl/core/bench_vocabulary.h"

namespace tsctl {

// How the arms' threads wait when a bench begins, and why. automatic: the session decides.
struct WaitChoice {
  WaitPolicy policy = WaitPolicy::automatic;
  std::string reason = {};
  // Its other work and the arm with the most threads need more than the cores.
  bool busy_host = false;
};

// Follows --wait-policy, then the variable OMP_WAIT_POLICY. `threads` is the number of the arm that has the most. Looks at
// the host for a moment.
WaitChoice choose_wait_policy(WaitPolicy asked, int threads, int cores, const Clock& now_s);

// Why the arms of a bench waited as they did. `used` is the policy at its end.
std::string wait_policy_reason(const WaitChoice& choice, WaitPolicy used);

}  // namespace tsctl
