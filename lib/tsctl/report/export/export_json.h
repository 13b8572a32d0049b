#pragma once

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>

#include "tsctl/core/report.h"
#include "tsctl/report/json/ordered_json.h"

// Functions that the exporters of a bench share.
namespace tsctl {

inline const BenchResult& bench_of(const Report& report) {
  if (!report.bench) throw std::invalid_argument("the report holds no bench");
  return *report.bench;
}

// The model that the arm runs. A report of an older tsctl names the model of the whole bench only.
inline const std::string& model_of(const ArmResult& arm, const Report& report) {
  return arm.path.empty() ? report.model.path : arm.path;
}

inline json::Json or_null(const std::optional<double>& value) {
  return value ? json::Json(*value) : json::Json(nullptr);
}

}  // namespace tsctl
