#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

#include "tsctl/core/report.h"

// Functions that the exporters of a bench share.
namespace tsctl {

using Json = nlohmann::ordered_json;

inline const BenchResult& bench_of(const Report& report) {
  if (!report.bench) throw std::invalid_argument("the report holds no bench");
  return *report.bench;
}

inline Json or_null(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

}  // namespace tsctl
