#include "tsctl/core/tolerance.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "tsctl/core/base/error.h"

namespace tsctl {

Tolerance default_tolerance(Dtype dtype) noexcept {
  switch (dtype) {
    case Dtype::float32:
    case Dtype::complex64:
      return {1e-5, 0.0};
    case Dtype::float64:
    case Dtype::complex128:
      return {1e-12, 0.0};
    case Dtype::float16:
    case Dtype::bfloat16:
      return {2e-2, 0.0};
    default:
      return {0.0, 0.0};
  }
}

Tolerance tolerance_for(Dtype dtype, const std::string& output, const ToleranceOptions& options) {
  Tolerance tolerance = default_tolerance(dtype);
  for (const ToleranceOverride& given : options.rtol) {
    if (given.output.empty() || given.output == output) tolerance.rtol = given.value;
  }
  for (const ToleranceOverride& given : options.atol) {
    if (given.output.empty() || given.output == output) tolerance.atol = given.value;
  }
  return tolerance;
}

ToleranceOverride tolerance_override_from_text(const std::string& text, const std::string& flag) {
  const auto refuse = [&](const std::string& fault) {
    throw Error(
        ErrorKind::usage, fmt::format("{} '{}': {}", flag, text, fault),
        fmt::format("write a number, or OUTPUT:NUMBER for one output: {} out.logits:1e-4", flag));
  };
  // The name of an output may contain a colon, so the last colon separates.
  const std::size_t colon = text.rfind(':');
  const std::string number = colon == std::string::npos ? text : text.substr(colon + 1);
  if (colon == 0) refuse("the output's name is missing");

  ToleranceOverride given;
  if (colon != std::string::npos) given.output = text.substr(0, colon);
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), given.value);
  const bool whole = error == std::errc{} && end == number.data() + number.size();
  if (!whole || !std::isfinite(given.value)) refuse(fmt::format("'{}' is not a number", number));
  if (std::signbit(given.value)) refuse("a tolerance cannot be negative");
  return given;
}

}  // namespace tsctl
