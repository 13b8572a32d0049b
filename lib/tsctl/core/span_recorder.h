#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tsctl/core/profile_recording.h"

namespace tsctl {

// A place of a program whose executions are recorded, and what it counts for.
struct ProfilePlace {
  std::string operation = {};
  std::string operation_detail = {};
  std::string module = {};  // empty where it is not known; likewise the line
  std::string line = {};
  std::string line_detail = {};
};

// Adds up how long the places of a program take, from marks before and after each of their executions, which may nest.
// What the recording itself costs between the marks is left out of every place that encloses it. Times and shares are
// those of the middle half of the calls, by how long they took: what disturbs a call now and then is no place's cost.
class SpanRecorder {
 public:
  using Clock = std::function<double()>;  // seconds, monotonic

  // Single executions are kept of the first `traced_calls` calls, for a trace.
  SpanRecorder(std::vector<ProfilePlace> places, Clock now_s, int traced_calls);

  void begin_call();
  void enter(std::size_t place);
  void leave();
  void end_call();

  // Forgets every call so far.
  void reset();

  // The totals of all calls. There must have been one.
  ProfileRecording recording() const;

 private:
  struct Open {
    std::size_t place = 0;
    double entered_s = 0.0;  // when its first mark was reached; the recording's own time follows
    double start_s = 0.0;
    double inner_s = 0.0;  // of what it encloses, marks included
  };
  struct Call {
    double start_s = 0.0;
    double seconds = 0.0;
    double marks_s = 0.0;             // what the recording itself took
    std::vector<double> self_s = {};  // of each place
  };
  struct Execution {
    std::size_t place = 0;
    double start_s = 0.0;
    double duration_s = 0.0;
  };

  bool traced() const noexcept { return calls_.size() < traced_calls_; }
  std::vector<const Call*> middle_half() const;
  void add_spans(ProfileRecording& recording) const;

  std::vector<ProfilePlace> places_;
  Clock now_s_;
  std::size_t traced_calls_;
  std::vector<Open> open_ = {};
  std::vector<std::int64_t> counts_;
  Call call_ = {};  // that is under way
  std::vector<Call> calls_ = {};
  std::vector<Execution> executions_ = {};
};

}  // namespace tsctl
