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
// What the recording itself costs between the marks is left out of every place that encloses it.
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
  struct Total {
    std::int64_t count = 0;
    double self_s = 0.0;
  };
  struct Execution {
    std::size_t place = 0;
    double start_s = 0.0;
    double duration_s = 0.0;
  };

  bool traced() const noexcept { return call_s_.size() < traced_calls_; }

  std::vector<ProfilePlace> places_;
  Clock now_s_;
  std::size_t traced_calls_;
  std::vector<Open> open_ = {};
  std::vector<Total> totals_;
  double call_start_s_ = 0.0;
  std::vector<double> call_s_ = {};
  std::vector<Execution> executions_ = {};
  std::vector<double> traced_starts_s_ = {};
  double marks_s_ = 0.0;  // what the recording itself took
};

}  // namespace tsctl
