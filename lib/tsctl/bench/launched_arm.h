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

// An arm of the session: what to open, and the result of comparing its outputs.
struct BenchArm {
  ArmRequest request = {};
  std::string path = {};  // the file or SOURCE for the report; empty for a file that is not kept
  std::optional<PythonSite> site = {};  // for arms that run in Python
  ArmKind kind = ArmKind::file;
  std::string tuning_reason = {};  // which part of the request's tuning is unavailable
  ArmOutputs outputs = ArmOutputs::not_compared;
  std::optional<double> max_abs = {};
  bool keeps_heap = false;  // its file makes glibc keep freed memory
};

// A started arm: a process, or a fake in tests. Only one arm may be between resume() and stop() at a time.
class LaunchedArm {
 public:
  virtual ~LaunchedArm() = default;
  virtual void wait_until_ready() = 0;
  // Restricts the arm to some of the host's cores. Arms with the same number of threads and the same random number
  // `draw` get the same cores. Does nothing if the arm needs all cores.
  virtual void pin_to_cores(std::uint64_t draw) = 0;
  virtual void resume() = 0;
  virtual void stop() = 0;
  virtual TimedCalls time_calls(int untimed, int calls) = 0;
  virtual void use_set(std::size_t index) = 0;  // the input set of the following calls
  // Makes one call with each of these sets, in order and without a pause; returns their seconds. The last set stays
  // in use.
  virtual std::vector<double> call_sets(const std::vector<std::size_t>& sets) = 0;
  // A window of load: begin_load() returns at once, end_load() waits for its end.
  virtual void begin_load(const LoadWindow& window) = 0;
  virtual LoadTimes end_load() = 0;
  // Why a part of the tuning is unavailable, or "". Valid after wait_until_ready().
  virtual std::string tuning_reason() const { return {}; }
  // The medians of the parts of calls on a device; nullopt on the CPU.
  virtual std::optional<TransferTimes> time_transfers(int /*calls*/) { return std::nullopt; }
  virtual std::int64_t finish() = 0;  // ends the arm; returns its peak memory in bytes
  // The time to open the arm, and its memory so far.
  virtual ArmOpening opening() { return {}; }
  // Records calls; see Arm::profile. Writes the executions to request.trace_file as a Chrome trace.
  virtual ProfileResult profile(const ProfileRequest&) { return {.reason = "not recorded"}; }
};

// Starts an arm. Arms with the same `layout` load their libraries at the same addresses; see address_layout.h.
using Launcher =
    std::function<std::unique_ptr<LaunchedArm>(const BenchArm& arm, std::uint64_t layout)>;
using Clock = std::function<double()>;  // seconds, monotonic

}  // namespace tsctl
