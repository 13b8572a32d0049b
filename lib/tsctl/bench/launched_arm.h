#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/arm.h"
#include "tsctl/core/bench.h"
#include "tsctl/core/capture_api.h"
#include "tsctl/core/load_plan.h"
#include "tsctl/core/profile.h"

namespace tsctl {

// One arm as the session sees it: what to open, and what the comparison of its outputs said.
struct BenchArm {
  ArmRequest request = {};
  std::optional<PythonSite> site = {};  // for arms that run in Python
  ArmKind kind = ArmKind::file;
  std::string tuning_reason = {};  // which setting was not available, and what runs instead
  ArmOutputs outputs = ArmOutputs::not_compared;
  std::optional<double> max_abs = {};
};

// The times of some calls, and the minor page faults the process took during them.
struct TimedCalls {
  std::vector<double> seconds = {};
  std::int64_t page_faults = 0;
};

// A launched arm: a process, or a test's made-up one. Only one may be between resume() and stop() at a time.
class LaunchedArm {
 public:
  virtual ~LaunchedArm() = default;
  virtual void wait_until_ready() = 0;
  // Holds it to some of the host's cores, the same ones for arms of as many threads and the same `draw`. Nothing happens
  // where the arm takes all cores.
  virtual void hold_to_cores(std::uint64_t draw) = 0;
  virtual void resume() = 0;
  virtual void stop() = 0;
  virtual TimedCalls time_calls(int untimed, int calls) = 0;
  virtual void use_set(std::size_t index) = 0;  // for the calls to come
  // One call with each of these sets in turn, without a pause: their seconds. The last set stays.
  virtual std::vector<double> call_sets(const std::vector<std::size_t>& sets) = 0;
  // A window of load: begin_load() does not wait for it, end_load() does.
  virtual void begin_load(const LoadWindow& window) = 0;
  virtual LoadTimes end_load() = 0;
  // Why something of its tuning was not to be had, once it is ready; "" if all of it was.
  virtual std::string tuning_reason() const { return {}; }
  // The parts of calls on a device, one call after the other; nothing where the arm has none.
  virtual std::optional<TransferTimes> time_transfers(int /*calls*/) { return std::nullopt; }
  virtual std::int64_t finish() = 0;  // ends it; gives its peak memory in bytes
  // How long it took to open, and its memory up to now.
  virtual ArmOpening opening() { return {}; }
  // Records calls, part by part; see Arm::profile. The trace file takes the executions as trace_events_text.
  virtual ProfileResult profile(const ProfileRequest&) { return {.reason = "not recorded"}; }
};

// Arms with the same `layout` have their libraries at the same addresses; see address_layout.h.
using Launcher =
    std::function<std::unique_ptr<LaunchedArm>(const BenchArm& arm, std::uint64_t layout)>;
using Clock = std::function<double()>;  // seconds, monotonic

}  // namespace tsctl
