#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tsctl/core/profile_recording.h"

namespace tsctl {

// A place in a program whose executions are recorded, and the operator, submodule and source line it belongs to.
struct ProfilePlace {
  std::string operation = {};
  std::string operation_detail = {};
  std::string module = {};  // empty if unknown
  std::string line = {};    // empty if unknown
  std::string line_detail = {};
};

// Sums the self time of each place from enter() and leave() calls, which may nest. The overhead of the recording is
// excluded. Times and shares come from the middle half of the calls by duration, so that occasional disturbances do not
// count.
class SpanRecorder {
 public:
  using Clock = std::function<double()>;  // seconds, monotonic

  // Keeps the single executions of the first `traced_calls` calls, for a trace.
  SpanRecorder(std::vector<ProfilePlace> places, Clock now_s, int traced_calls);

  void begin_call();
  void enter(std::size_t place);
  void leave();
  void end_call();

  // Discards all calls so far.
  void reset();

  // The totals of all calls. There must be at least one.
  ProfileRecording recording() const;

 private:
  struct Open {
    std::size_t place = 0;
    double entered_s = 0.0;  // start of enter()
    double start_s = 0.0;    // end of enter()
    double inner_s = 0.0;    // of the places that it encloses, with their overhead
  };
  struct Call {
    double start_s = 0.0;
    double seconds = 0.0;
    double overhead_s = 0.0;          // of the recording
    std::vector<double> self_s = {};  // by place
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
  Call call_ = {};  // the current call
  std::vector<Call> calls_ = {};
  std::vector<Execution> executions_ = {};
};

}  // namespace tsctl
