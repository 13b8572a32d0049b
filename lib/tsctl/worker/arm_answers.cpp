#include "tsctl/worker/arm_answers.h"

#include <sys/resource.h>

#include <cstdint>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tsctl/core/base/error.h"
#include "tsctl/core/bench.h"
#include "tsctl/core/profile_recording.h"
#include "tsctl/report/export/chrome_trace.h"
#include "tsctl/report/json/json.h"

namespace tsctl {

namespace {

std::int64_t minor_faults() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

// A part of a trace, for the parent to put together. The file is the parent's and open there.
void write_trace_part(const std::string& path, const std::vector<ProfileSpan>& spans) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << trace_events_text(spans) << std::flush;
  if (!file) {
    throw Error(ErrorKind::environment,
                "the trace of --profile-trace cannot be kept in '" + path + "'",
                "make room there, or choose another folder with TMPDIR");
  }
}

std::string profile_text(Arm& arm, const std::string& payload) {
  const auto request = from_json_text<ProfileRequest>(payload);
  const ProfileRecording recording = arm.profile(request);
  if (!request.trace_file.empty()) write_trace_part(request.trace_file, recording.spans);
  return json_text(recording.result);
}

WireMessage times_of(Arm& arm, int untimed, int calls) {
  const std::int64_t faults = minor_faults();
  WireMessage reply{.type = "times"};
  reply.seconds = arm.time_calls(untimed, calls);
  reply.page_faults = minor_faults() - faults;
  return reply;
}

}  // namespace

WireMessage answer_of(Arm& arm, ArmLoad& load, const WireMessage& message) {
  if (message.type == "time_calls") return times_of(arm, message.untimed, message.calls);
  if (message.job == "use_set") {
    arm.use_set(std::stoul(message.payload));
    return {.type = "result"};
  }
  if (message.job == "call_sets") {
    WireMessage times{.type = "times"};
    std::istringstream sets(message.payload);
    for (std::size_t set = 0; sets >> set;) {
      arm.use_set(set);
      times.seconds.push_back(arm.time_calls(0, 1).at(0));
    }
    return times;
  }
  if (message.job == "load") {
    const std::int64_t faults = minor_faults();
    LoadTimes times = load.run(from_json_text<LoadWindow>(message.payload));
    times.page_faults = minor_faults() - faults;
    return {.type = "result", .payload = json_text(times)};
  }
  if (message.job == "transfers") {
    const auto transfers = arm.time_transfers(message.calls);
    return {.type = "result", .payload = transfers ? json_text(*transfers) : std::string()};
  }
  if (message.job == "profile") {
    return {.type = "result", .payload = profile_text(arm, message.payload)};
  }
  throw std::logic_error("no job of an arm is called " + message.job);
}

}  // namespace tsctl
