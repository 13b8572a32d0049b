#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tsctl/core/base/field.h"

namespace tsctl {

// A setting of the process that runs a file. No file can carry it; a program sets it by these lines.
struct Suggestion {
  std::string setting = {};
  bool gains = false;
  std::optional<double> speedup = {};
  std::optional<double> speedup_low = {};
  std::optional<double> speedup_high = {};
  std::string reason = {};
  std::string convert_with = {};
  std::vector<std::string> cpp = {};
  std::vector<std::string> python = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, Suggestion& value) {
  visit("setting", value.setting,
        "As an arm of bench gives it: onednn-graph=on, executor=static, threads=N; or "
        "allocator=keep");
  visit("gains", value.gains, "Whether the interval of the speedup lies above 1");
  visit("speedup", value.speedup,
        "Time of the written file without the setting over its time with it; null if it was not "
        "measured, or the measurement shows nothing");
  visit("speedup_low", value.speedup_low, "The lower end of its 95% interval");
  visit("speedup_high", value.speedup_high, "The upper end");
  visit("reason", value.reason, "Why the speedup is null; empty where it is not");
  visit("convert_with", value.convert_with,
        "Options of convert for the file that was measured; empty: it is the written file");
  visit("cpp", value.cpp, "The lines of C++ that set it, with the headers first");
  visit("python", value.python, "The lines of Python that set it");
}

// The lines that set it. `threads` is the number of threads of "threads=N".
Suggestion onednn_graph_suggestion();
Suggestion static_executor_suggestion();
Suggestion threads_suggestion(int threads);
Suggestion allocator_suggestion();

}  // namespace tsctl
