#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/base/field.h"

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
  std::string name = {};
  std::string detail = {};
  std::int64_t count = 0;
  double self_s = 0.0;
  double share = 0.0;
};

template <typename Visitor>
void visit_fields(Visitor& visit, ProfileLine& value) {
  visit("name", value.name,
        "An operator (aten::addmm), a submodule (encoder.layers.0) or a line (net.py:41)");
  visit("detail", value.detail,
        "The text of the source line, or the operators of a fused group; empty otherwise");
  visit("count", value.count,
        "Executions in all recorded calls; of a file's submodule: executions of its nodes");
  visit("self_s", value.self_s, Field("Seconds of one call, without what it called").finite());
  visit("share", value.share, Field("Its share of the time of a call").finite());
}

// The profile of an arm's calls. It is recorded in a separate run, because recording slows the calls down.
struct ProfileResult {
  std::string arm = {};
  int calls = 0;
  std::optional<double> call_s = {};
  std::optional<double> unrecorded_call_s = {};
  std::optional<double> accounted = {};
  std::vector<ProfileLine> operators = {};
  std::vector<ProfileLine> modules = {};
  std::vector<ProfileLine> lines = {};
  std::string trace_file = {};
  std::string reason = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, ProfileResult& value) {
  visit("arm", value.arm, "The label of the arm");
  visit("calls", value.calls, "How many calls were recorded");
  visit("call_s", value.call_s, "Median seconds of the recorded calls");
  visit("unrecorded_call_s", value.unrecorded_call_s,
        "Median seconds of calls in the same process without recording");
  visit("accounted", value.accounted,
        "Share of a recorded call's time, without the recording's own, that lies in some operator");
  visit("operators", value.operators, "Time by operator");
  visit("modules", value.modules, "Time by submodule");
  visit("lines", value.lines, "Time by line of the source");
  visit("trace_file", value.trace_file, "The Chrome trace that was written; empty for none");
  visit("reason", value.reason, "Why the profile, or some of its lists, is missing");
}

}  // namespace tsctl
