#pragma once

#include <optional>
#include <string>

#include "tsctl/core/inspect.h"
#include "tsctl/core/report.h"

namespace tsctl {

// A line of `inspect --jsonl`: one file, with what it holds or why it cannot be used.
struct InspectLine {
  std::string path = {};
  std::optional<ModelSummary> inspect = {};
  std::optional<ErrorInfo> error = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, InspectLine& value) {
  visit("path", value.path, "The file");
  visit("inspect", value.inspect, "What it holds; null if it cannot be used");
  visit("error", value.error, "Why it cannot be used; null if it can");
}

}  // namespace tsctl
