#include "steps/wait_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "tsctl/core/base/units.h"
#include "tsctl/host/system_load.h"

namespace tsctl {

namespace {

constexpr double kLookSeconds = 0.3;
// Cores' worth of other work that an idle host may show within the look.
constexpr double kIdleCores = 0.3;

bool names_passive(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char letter) { return std::tolower(letter); });
  return text == "passive";
}

}  // namespace

WaitChoice choose_wait_policy(WaitPolicy asked, int threads, int cores, const Clock& now_s) {
  const LoadReading before = read_system_load(now_s());
  std::this_thread::sleep_for(std::chrono::duration<double>(kLookSeconds));
  const auto busy = busy_between(before, read_system_load(now_s()));
  WaitChoice choice;
  choice.busy_host = busy.value_or(0.0) * cores + threads > cores + kIdleCores;
  if (asked != WaitPolicy::automatic) {
    choice.policy = asked;
    choice.reason = "--wait-policy " + name_of(asked);
  } else if (const char* variable = std::getenv("OMP_WAIT_POLICY")) {
    choice.policy = names_passive(variable) ? WaitPolicy::passive : WaitPolicy::active;
    choice.reason = "the environment sets OMP_WAIT_POLICY";
  } else if (threads == 1) {
    choice.policy = WaitPolicy::active;
    choice.reason = "with one thread there is nothing to wait for";
  } else if (choice.busy_host && threads > cores) {
    choice.reason = fmt::format("the model's {} threads share {} cores", threads, cores);
  } else if (choice.busy_host) {
    choice.reason =
        fmt::format("other work kept the CPUs busy for {} of the time before the measurement",
                    percent_text(*busy));
  }
  return choice;
}

std::string wait_policy_reason(const WaitChoice& choice, WaitPolicy used) {
  if (!choice.reason.empty()) return choice.reason;
  return used == WaitPolicy::passive ? "other work kept the CPUs busy during the first launch"
                                     : "the CPUs had no other work";
}

}  // namespace tsctl
