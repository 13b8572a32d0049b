#include "tsctl/bench/arm_opening.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

#include "tsctl/core/stats/statistics.h"

namespace tsctl {

namespace {

template <typename Number>
std::optional<double> median_of(const std::vector<ArmOpening>& launches,
                                std::optional<Number> ArmOpening::*member) {
  std::vector<double> values;
  for (const ArmOpening& launch : launches) {
    if (launch.*member) values.push_back(static_cast<double>(*(launch.*member)));
  }
  return median_if_any(std::move(values));
}

}  // namespace

ArmOpening median_opening(const std::vector<ArmOpening>& launches) {
  ArmOpening result;
  for (const auto seconds : {&ArmOpening::libraries_s, &ArmOpening::read_s,
                             &ArmOpening::deserialize_s, &ArmOpening::move_s}) {
    result.*seconds = median_of(launches, seconds);
  }
  for (const auto bytes : {&ArmOpening::libraries_bytes, &ArmOpening::loaded_bytes,
                           &ArmOpening::first_call_bytes, &ArmOpening::steady_bytes}) {
    if (const auto middle = median_of(launches, bytes)) result.*bytes = std::llround(*middle);
  }
  return result;
}

}  // namespace tsctl
