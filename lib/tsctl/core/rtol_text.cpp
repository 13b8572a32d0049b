#include "tsctl/core/rtol_text.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>

#include "tsctl/core/base/units.h"

namespace tsctl {

namespace {

double number_from(const std::string& text) { return std::strtod(text.c_str(), nullptr); }

// Three significant digits, not below `value`.
double rounded_up(double value) {
  const std::string nearest = fmt::format("{:.2e}", value);
  if (number_from(nearest) >= value) return number_from(nearest);
  const int exponent = std::atoi(nearest.c_str() + nearest.find('e') + 1);
  // The nearest number lies less than half a step below `value`, so this lies nearest to the next one.
  constexpr double kMostOfAStep = 0.9;
  return number_from(fmt::format("{:.2e}", value + kMostOfAStep * std::pow(10.0, exponent - 2)));
}

}  // namespace

std::string rtol_text(double passing_rtol) {
  if (!std::isfinite(passing_rtol) || passing_rtol <= 0.0) return number_text(passing_rtol);
  return number_text(rounded_up(passing_rtol));
}

std::string rtol_text(std::optional<double> passing_rtol) {
  return passing_rtol ? rtol_text(*passing_rtol) : number_text(passing_rtol);
}

}  // namespace tsctl
