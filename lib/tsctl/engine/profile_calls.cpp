#include "tsctl/engine/profile_calls.h"

#include <algorithm>
#include <string>
#include <vector>

#include "tsctl/core/base/clock.h"
#include "tsctl/core/stats/statistics.h"
#include "tsctl/engine/device.h"
#include "tsctl/engine/graph/node_places.h"
#include "tsctl/engine/recorded_graph.h"

namespace tsctl {

namespace {

// The fused groups of the copied graph are compiled in its first calls.
constexpr int kUnrecordedCalls = 4;
// A few calls in a trace show how calls differ.
constexpr int kTracedCalls = 10;

double seconds_of_call(MethodRunner& runner, const CallInputs& inputs) {
  const double start_s = now_s();
  runner.call(inputs);
  synchronize(runner.device());
  return now_s() - start_s;
}

// Sets the reason if the profile has no submodules or no source lines.
void explain_missing_parts(ProfileResult& result) {
  const bool own_code_alone = result.modules.size() == 1 && result.modules.front().name == kOwnCode;
  if (result.modules.empty() || own_code_alone) {
    result.modules.clear();
    result.reason = "submodules are unknown: the file has none, was frozen, or runs unoptimized";
  }
  if (result.lines.empty()) {
    result.reason +=
        (result.reason.empty() ? "" : "; ") + std::string("the file has no source lines");
  }
}

}  // namespace

ProfileRecording profile_calls(MethodRunner& runner, const CallInputs& inputs,
                               const ProfileRequest& request) {
  const ModulePaths modules(runner.module());
  RecordedGraph recorded(*runner.executed_graph(inputs), modules, runner.device(), kTracedCalls);
  const auto record = [&] {
    recorded.recorder().begin_call();
    runner.as_called([&] { recorded.run(runner.stack_of(inputs)); });
    recorded.recorder().end_call();
  };
  for (int i = 0; i < kUnrecordedCalls; ++i) record();
  recorded.recorder().reset();
  std::vector<double> unrecorded_s;
  for (int i = 0; i < std::max(request.calls, 1); ++i) {
    unrecorded_s.push_back(seconds_of_call(runner, inputs));
    record();
  }
  ProfileRecording recording = recorded.recorder().recording();
  recording.result.unrecorded_call_s = median(unrecorded_s);
  explain_missing_parts(recording.result);
  return recording;
}

}  // namespace tsctl
