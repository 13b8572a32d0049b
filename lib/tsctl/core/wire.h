#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tsctl/core/arm.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/base/warning.h"
#include "tsctl/core/bench.h"
#include "tsctl/core/capture.h"
#include "tsctl/core/capture_api.h"
#include "tsctl/core/doctor.h"
#include "tsctl/core/graph.h"
#include "tsctl/core/load_plan.h"
#include "tsctl/core/profile.h"
#include "tsctl/core/python_jobs.h"
#include "tsctl/core/rewrite.h"
#include "tsctl/core/verify.h"

// The messages between the front and a worker. A message is one line of JSON: an object whose only key is the message's
// name and whose value is its struct, such as {"time_calls": {"untimed": 1, "calls": 200}}. kMessageName is the table of
// names.
namespace tsctl {

// --- From the front: one Job first; after a Job that opened an arm, commands for that arm.

using JobRequest = std::variant<DescribeRequest, RewriteRequest, VerifyRequest, RunRequest,
                                GraphRequest, CaptureRequest, EagerRequest, RuntimeRequest,
                                LocateRequest, LoadInputsRequest, ArmRequest>;

// What the worker may use. The address space is not a measure: CUDA reserves hundreds of GB of it.
struct WorkerLimits {
  std::int64_t memory_bytes = 0;  // of what it may write to; 0 is no limit
  int load_s = 0;                 // until a file is loaded; 0 is no limit
  bool sandbox = false;           // see worker/sandbox.h
};

template <typename Visitor>
void visit_fields(Visitor& visit, WorkerLimits& value) {
  visit("memory_bytes", value.memory_bytes);
  visit("load_s", value.load_s);
  visit("sandbox", value.sandbox);
}

struct Job {
  JobRequest request = {};
  std::optional<PythonSite> site = {};  // of a job that runs in Python
  std::string engine = {};              // paths of the plug-ins
  std::string capture = {};
  std::vector<std::string> op_libraries = {};  // that the engine loads
  std::optional<std::uint64_t> layout = {};    // of the worker; see worker/address_layout.h
  WorkerLimits limits = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, Job& value) {
  visit("request", value.request);
  visit("site", value.site);
  visit("engine", value.engine);
  visit("capture", value.capture);
  visit("op_libraries", value.op_libraries);
  visit("layout", value.layout);
  visit("limits", value.limits);
}

// Answered by TimedCalls.
struct TimeCalls {
  int untimed = 0;
  int calls = 0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, TimeCalls& value) {
  visit("untimed", value.untimed);
  visit("calls", value.calls);
}

// Answered by Done.
struct UseSet {
  std::size_t set = 0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, UseSet& value) {
  visit("set", value.set);
}

// One call with each of the sets in turn. Answered by TimedCalls.
struct CallSets {
  std::vector<std::size_t> sets = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, CallSets& value) {
  visit("sets", value.sets);
}

// Answered by Transfers.
struct TimeTransfers {
  int calls = 0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, TimeTransfers& value) {
  visit("calls", value.calls);
}

// A LoadWindow is answered by LoadTimes, a ProfileRequest by a ProfileResult.
using FrontMessage =
    std::variant<Job, TimeCalls, UseSet, CallSets, LoadWindow, TimeTransfers, ProfileRequest>;

// --- From the worker: any number of Progress and Warning, then the answer or a Failure.

struct Progress {
  std::string text = {};
  std::optional<double> share = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, Progress& value) {
  visit("text", value.text);
  visit("share", value.share);
}

// The Error that ended the job or the command.
struct Failure {
  std::optional<ErrorKind> kind = {};  // none: a bug in tsctl
  std::string message = {};
  std::string hint = {};
  std::string detail = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, Failure& value) {
  visit("kind", value.kind);
  visit("message", value.message);
  visit("hint", value.hint);
  visit("detail", value.detail);
}

// The engine is loaded, and with it LibTorch. Sent before the answer of a job that runs in the engine.
struct EngineLoaded {
  std::string libtorch_version = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, EngineLoaded& value) {
  visit("libtorch_version", value.libtorch_version);
}

// An arm is open.
struct ArmReady {
  std::string tuning_reason = {};  // see Arm::tuning_reason
  ArmOpening opening = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, ArmReady& value) {
  visit("tuning_reason", value.tuning_reason);
  visit("opening", value.opening);
}

struct Done {};

template <typename Visitor>
void visit_fields(Visitor&, Done&) {}

struct Transfers {
  std::optional<TransferTimes> times = {};  // none where the arm is not on a device
};

template <typename Visitor>
void visit_fields(Visitor& visit, Transfers& value) {
  visit("times", value.times);
}

using WorkerMessage =
    std::variant<Progress, Warning, Failure, EngineLoaded, DescribeResult, RewriteResult,
                 VerifyResult, RunResult, GraphResult, CaptureResult, EagerResult, LocateResult,
                 LoadInputsResult, ArmReady, Done, TimedCalls, LoadTimes, Transfers, ProfileResult>;

// --- The names. A request's name is also what Python calls the job.

template <typename Message>
inline constexpr const char* kMessageName = nullptr;

template <>
inline constexpr const char* kMessageName<DescribeRequest> = "describe";
template <>
inline constexpr const char* kMessageName<RewriteRequest> = "rewrite";
template <>
inline constexpr const char* kMessageName<VerifyRequest> = "compare";
template <>
inline constexpr const char* kMessageName<RunRequest> = "run";
template <>
inline constexpr const char* kMessageName<GraphRequest> = "graph";
template <>
inline constexpr const char* kMessageName<CaptureRequest> = "capture";
template <>
inline constexpr const char* kMessageName<EagerRequest> = "eager";
template <>
inline constexpr const char* kMessageName<RuntimeRequest> = "runtime";
template <>
inline constexpr const char* kMessageName<LocateRequest> = "locate";
template <>
inline constexpr const char* kMessageName<LoadInputsRequest> = "load_inputs";
template <>
inline constexpr const char* kMessageName<ArmRequest> = "open_arm";

template <>
inline constexpr const char* kMessageName<Job> = "job";
template <>
inline constexpr const char* kMessageName<TimeCalls> = "time_calls";
template <>
inline constexpr const char* kMessageName<UseSet> = "use_set";
template <>
inline constexpr const char* kMessageName<CallSets> = "call_sets";
template <>
inline constexpr const char* kMessageName<LoadWindow> = "load";
template <>
inline constexpr const char* kMessageName<TimeTransfers> = "time_transfers";
template <>
inline constexpr const char* kMessageName<ProfileRequest> = "profile";

template <>
inline constexpr const char* kMessageName<Progress> = "progress";
template <>
inline constexpr const char* kMessageName<Warning> = "warning";
template <>
inline constexpr const char* kMessageName<Failure> = "failure";
template <>
inline constexpr const char* kMessageName<EngineLoaded> = "engine_loaded";
template <>
inline constexpr const char* kMessageName<DescribeResult> = "described";
template <>
inline constexpr const char* kMessageName<RewriteResult> = "rewritten";
template <>
inline constexpr const char* kMessageName<VerifyResult> = "compared";
template <>
inline constexpr const char* kMessageName<RunResult> = "ran";
template <>
inline constexpr const char* kMessageName<GraphResult> = "graph_text";
template <>
inline constexpr const char* kMessageName<CaptureResult> = "captured";
template <>
inline constexpr const char* kMessageName<EagerResult> = "ran_in_python";
template <>
inline constexpr const char* kMessageName<LocateResult> = "located";
template <>
inline constexpr const char* kMessageName<LoadInputsResult> = "inputs_loaded";
template <>
inline constexpr const char* kMessageName<ArmReady> = "arm_ready";
template <>
inline constexpr const char* kMessageName<Done> = "done";
template <>
inline constexpr const char* kMessageName<TimedCalls> = "timed_calls";
template <>
inline constexpr const char* kMessageName<LoadTimes> = "load_times";
template <>
inline constexpr const char* kMessageName<Transfers> = "transfers";
template <>
inline constexpr const char* kMessageName<ProfileResult> = "profiled";

}  // namespace tsctl
