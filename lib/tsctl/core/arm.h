#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/arm_settings.h"
#include "tsctl/core/base/field.h"
#include "tsctl/core/bench_vocabulary.h"
#include "tsctl/core/source.h"

namespace tsctl {

// Job "open_arm": opens an arm to time in a separate process.
struct ArmRequest {
  std::string label = {};
  // A TorchScript file, a package of AOTInductor, or the folder with the exports for the settings' runtime.
  std::string model_path = {};
  std::string method = "forward";  // of a TorchScript file
  // Or a SOURCE that Python runs; model_path is empty then unless there is a runtime.
  SourceSpec source = {};
  std::string inputs_tensors = {};
  std::size_t set_index = 0;
  std::string device = "cpu";
  ArmSettings settings = {};
  std::uint64_t seed = 0;
  // system; keep (freed memory is kept for the next call instead of going back to the system); or the path of a
  // library that replaces malloc.
  std::string allocator = "system";
  WaitPolicy wait_policy = WaitPolicy::active;  // active or passive
  // Times of calls leave out what threads wait for a core, down to the running time divided by so many cores. 0: they
  // leave out nothing.
  int leaves_out_waits_for_cores = 0;
  bool shares_one_core = false;  // its threads take turns on one core, another one in each round
  bool debug_files = false;      // a file keeps the lines of its source, for a profile
  bool cold_cache = false;       // the device's cache is emptied before every timed call
};

template <typename Visitor>
void visit_fields(Visitor& visit, ArmRequest& value) {
  visit("label", value.label);
  visit("model_path", value.model_path);
  visit("method", value.method);
  visit("source", value.source);
  visit("inputs_tensors", value.inputs_tensors);
  visit("set_index", value.set_index);
  visit("device", value.device);
  visit("settings", value.settings);
  visit("seed", value.seed);
  visit("allocator", value.allocator);
  visit("wait_policy", value.wait_policy);
  visit("leaves_out_waits_for_cores", value.leaves_out_waits_for_cores);
  visit("shares_one_core", value.shares_one_core);
  visit("debug_files", value.debug_files);
  visit("cold_cache", value.cold_cache);
}

// A call on a device, part by part: inputs to it, the model's work, outputs back. Medians of several calls.
struct TransferTimes {
  double to_device_s = 0.0;
  double compute_s = 0.0;
  double from_device_s = 0.0;
  double enqueue_s = 0.0;
  double wall_s = 0.0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, TransferTimes& value) {
  visit("to_device_s", value.to_device_s,
        Field("Seconds to copy the inputs to the device").at_least(0).finite());
  visit("compute_s", value.compute_s,
        Field("Seconds of the model's work on the device").at_least(0).finite());
  visit("from_device_s", value.from_device_s,
        Field("Seconds to copy the outputs back").at_least(0).finite());
  visit("enqueue_s", value.enqueue_s,
        Field("Seconds that the CPU took to start the model's work").at_least(0).finite());
  visit("wall_s", value.wall_s,
        Field("Seconds of the whole call by the wall clock").at_least(0).finite());
}

// The times of some calls, and the minor page faults that the process took during them.
struct TimedCalls {
  std::vector<double> seconds = {};
  std::int64_t page_faults = 0;
  // What the times leave out because threads waited for a core; nothing if they leave out nothing.
  std::optional<double> core_wait_s = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, TimedCalls& value) {
  visit("seconds", value.seconds);
  visit("page_faults", value.page_faults);
  visit("core_wait_s", value.core_wait_s);
}

struct ArmOpening;
struct ProfileRecording;
struct ProfileRequest;

// An open arm. It only calls and measures; the parent decides when.
class Arm {
 public:
  virtual ~Arm() = default;

  // Calls the model `untimed` times, then `calls` times, and returns the wall time in seconds of each of the latter (on
  // CUDA: between events on the device's stream, synchronized once at the end).
  virtual std::vector<double> time_calls(int untimed, int calls) = 0;

  // Makes one call and waits for its work on the device. May run in several threads at once.
  virtual void call() = 0;

  // Uses the arguments of another set of the tensor file for the following calls.
  virtual void use_set(std::size_t index) = 0;

  // The times of opening it. By default all are unknown.
  virtual ArmOpening opening() const;

  // Records calls of the warm model, part by part. By default it says that this runtime cannot be recorded.
  virtual ProfileRecording profile(const ProfileRequest& request);

  // Which of the request's tuning is unavailable and what runs instead; empty if all of it is available.
  virtual std::string tuning_reason() const { return {}; }

  // Times the parts of calls on a device, one call after the other; nothing where there are none.
  virtual std::optional<TransferTimes> time_transfers(int /*calls*/) { return std::nullopt; }
};

}  // namespace tsctl
