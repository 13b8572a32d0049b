#include "tsctl/worker/arm_answers.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tsctl/core/base/error.h"
#include "tsctl/core/bench.h"
#include "tsctl/core/profile_recording.h"
#include "tsctl/report/export/chrome_trace.h"
#include "tsctl/worker/core_waits.h"

namespace tsctl {

namespace {

std::int64_t minor_faults() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

// Writes one part of a trace, which the parent combines. The parent created the file and keeps it open.
void write_trace_part(const std::string& path, const std::vector<ProfileSpan>& spans) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << trace_events_text(spans) << std::flush;
  if (!file) {
    throw Error(ErrorKind::environment,
                fmt::format("the trace of --profile-trace cannot be written to '{}'", path),
                "free space there, or choose another folder with TMPDIR");
  }
}

// Answers each command.
struct Answers {
  const ArmRequest& request;
  Arm& arm;
  ArmLoad& load;

  WorkerMessage operator()(const TimeCalls& command) const {
    const std::int64_t faults = minor_faults();
    TimedCalls times;
    if (request.leaves_out_waits_for_cores > 0) {
      times = time_calls_without_waits(arm, command.untimed, command.calls,
                                       request.leaves_out_waits_for_cores);
    } else {
      times.seconds = arm.time_calls(command.untimed, command.calls);
    }
    times.page_faults = minor_faults() - faults;
    return times;
  }

  WorkerMessage operator()(const UseSet& command) const {
    arm.use_set(command.set);
    return Done{};
  }

  WorkerMessage operator()(const CallSets& command) const {
    TimedCalls times;
    for (const std::size_t set : command.sets) {
      arm.use_set(set);
      times.seconds.push_back(arm.time_calls(0, 1).at(0));
    }
    return times;
  }

  WorkerMessage operator()(const LoadWindow& window) const {
    const std::int64_t faults = minor_faults();
    LoadTimes times = load.run(window);
    times.page_faults = minor_faults() - faults;
    return times;
  }

  WorkerMessage operator()(const TimeTransfers& command) const {
    return Transfers{.times = arm.time_transfers(command.calls)};
  }

  WorkerMessage operator()(const ProfileRequest& command) const {
    ProfileRecording recording = arm.profile(command);
    if (!command.trace_file.empty()) write_trace_part(command.trace_file, recording.spans);
    return std::move(recording.result);
  }

  WorkerMessage operator()(const Job&) const {
    throw std::logic_error("an open arm received another job");
  }
};

}  // namespace

WorkerMessage answer_of(const ArmRequest& request, Arm& arm, ArmLoad& load,
                        const FrontMessage& command) {
  return std::visit(Answers{request, arm, load}, command);
}

}  // namespace tsctl
