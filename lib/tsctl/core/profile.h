#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tsctl {

struct ProfileRequest {
  int calls = 10;               // calls to record, after the arm's warm-up
  std::string trace_file = {};  // file for a Chrome trace of the calls; empty for none
};

template <typename Visitor>
void visit_fields(Visitor& visit, ProfileRequest& value) {
  visit("calls", value.calls);
  visit("trace_file", value.trace_file);
}

// The time of one operator, one submodule or one source line.
struct ProfileLine {
  std::string name = {};    // aten::addmm; encoder.layers.0; net.py:41
  std::string detail = {};  // text of the source line, if known
  std::int64_t count = 0;   // executions in all recorded calls
  double self_s = 0.0;      // per call, without the operators that it called
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

// The profile of an arm's calls. It is recorded in a separate run, because recording slows the calls down.
struct ProfileResult {
  std::string arm = {};
  int calls = 0;
  std::optional<double> call_s = {};             // median of the recorded calls
  std::optional<double> unrecorded_call_s = {};  // median without recording, in the same process
  std::optional<double> accounted = {};          // share of the time that operators took
  std::vector<ProfileLine> operators = {};
  std::vector<ProfileLine> modules = {};
  std::vector<ProfileLine> lines = {};
  std::string trace_file = {};
  std::string reason = {};  // why there is no profile
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
