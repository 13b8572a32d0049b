#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tsctl {

struct ProfileRequest {
  int calls = 10;               // that are recorded, after the arm's warm-up
  std::string trace_file = {};  // takes the calls as a Chrome trace; empty for none
};

template <typename Visitor>
void visit_fields(Visitor& visit, ProfileRequest& value) {
  visit("calls", value.calls);
  visit("trace_file", value.trace_file);
}

// The time that one operator, one submodule or one line of the source took.
struct ProfileLine {
  std::string name = {};    // aten::addmm; encoder.layers.0; net.py:41
  std::string detail = {};  // text of the source line; empty where there is none
  std::int64_t count = 0;   // executions in all recorded calls
  double self_s = 0.0;      // of one call, without what it called
  double share = 0.0;       // of the time of a call
};

template <typename Visitor>
void visit_fields(Visitor& visit, ProfileLine& value) {
  visit("name", value.name);
  visit("detail", value.detail);
  visit("count", value.count);
  visit("self_s", value.self_s);
  visit("share", value.share);
}

// Where the time of an arm's calls goes. Made in a run of its own, because recording costs time.
struct ProfileResult {
  std::string arm = {};
  int calls = 0;
  std::optional<double> call_s = {};  // median of the recorded calls
  std::optional<double> unrecorded_call_s =
      {};                                // median of calls in the same process without recording
  std::optional<double> accounted = {};  // share of the time that lies in some operator
  std::vector<ProfileLine> operators = {};
  std::vector<ProfileLine> modules = {};
  std::vector<ProfileLine> lines = {};
  std::string trace_file = {};
  std::string reason = {};  // why there is none of this
};

template <typename Visitor>
void visit_fields(Visitor& visit, ProfileResult& value) {
  visit("arm", value.arm);
  visit("calls", value.calls);
  visit("call_s", value.call_s);
  visit("unrecorded_call_s", value.unrecorded_call_s);
  visit("accounted", value.accounted);
  visit("operators", value.operators);
  visit("modules", value.modules);
  visit("lines", value.lines);
  visit("trace_file", value.trace_file);
  visit("reason", value.reason);
}

}  // namespace tsctl
