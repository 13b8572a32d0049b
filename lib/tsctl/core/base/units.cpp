#include "tsctl/core/base/units.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstddef>

namespace tsctl {

namespace {

// The smallest number that rounds to 1 with four significant digits: 999.97 us becomes "1.000 ms".
constexpr double kRoundsUp = 0.99995;

constexpr const char* kNone = "-";

// Four significant digits, without an exponent.
std::string four_digits(double value) {
  const double size = std::abs(value);
  const int decimals = size >= 1000 * kRoundsUp  ? 0
                       : size >= 100 * kRoundsUp ? 1
                       : size >= 10 * kRoundsUp  ? 2
                                                 : 3;
  return fmt::format("{:.{}f}", value, decimals);
}

}  // namespace

std::string seconds_text(double seconds) {
  if (std::isnan(seconds)) return "-";
  const double size = std::abs(seconds);
  if (size >= kRoundsUp || size == 0.0) return four_digits(seconds) + " s";
  if (size >= 1e-3 * kRoundsUp) return four_digits(seconds * 1e3) + " ms";
  if (size >= 1e-6 * kRoundsUp) return four_digits(seconds * 1e6) + " us";
  return four_digits(seconds * 1e9) + " ns";
}

std::string bytes_text(std::int64_t bytes) {
  constexpr std::array kUnits{"KiB", "MiB", "GiB", "TiB"};
  constexpr double kNextUnit = 1023.95;  // rounds to 1024.0
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double scaled = static_cast<double>(bytes) / 1024.0;
  std::size_t unit = 0;
  while (scaled >= kNextUnit && unit + 1 < kUnits.size()) {
    scaled /= 1024.0;
    ++unit;
  }
  return fmt::format("{:.{}f} {}", scaled, scaled < 9.995 ? 2 : 1, kUnits[unit]);
}

std::string percent_text(double fraction) { return fmt::format("{:.1f}%", fraction * 100.0); }

std::string ratio_text(double ratio) {
  if (ratio > 0 && ratio < 0.1) return fmt::format("{:.2g}", ratio);  // not "0.00"
  // Near 1, three decimals distinguish a difference of 1% from one of 0.6%.
  if (std::abs(ratio - 1.0) < 0.0495) return fmt::format("{:.3f}", ratio);
  return fmt::format("{:.{}f}", ratio, ratio < 9.995 ? 2 : 1);
}

std::string ratio_interval_text(double ratio, double low, double high) {
  // More digits at these ends would suggest a precision that the interval does not have.
  const std::string from = low < 0.01 ? "<0.01" : ratio_text(low);
  const std::string to = high > 100.0 ? ">100" : ratio_text(high);
  return fmt::format("{} [{}, {}]", ratio_text(ratio), from, to);
}

std::string rate_text(double per_second) {
  if (per_second >= 1e6) return fmt::format("{:.2f}M", per_second / 1e6);
  if (per_second >= 1e4) return fmt::format("{:.1f}k", per_second / 1e3);
  if (per_second >= 99.995) return fmt::format("{:.0f}", per_second);
  if (per_second > 0 && per_second < 0.1) return fmt::format("{:.2g}", per_second);  // not "0.00"
  return fmt::format("{:.2f}", per_second);
}

std::string number_text(double value) {
  if (value == 0.0) return "0";
  if (!std::isfinite(value)) return fmt::format("{:g}", value);
  const double size = std::abs(value);
  return size >= 1e-3 && size < 1e6 ? fmt::format("{:.4g}", value) : fmt::format("{:.2e}", value);
}

std::string counted(std::int64_t count, std::string_view thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

std::string seconds_text(std::optional<double> seconds) {
  return seconds ? seconds_text(*seconds) : kNone;
}

std::string percent_text(std::optional<double> fraction) {
  return fraction ? percent_text(*fraction) : kNone;
}

std::string ratio_text(std::optional<double> ratio) { return ratio ? ratio_text(*ratio) : kNone; }

std::string rate_text(std::optional<double> per_second) {
  return per_second ? rate_text(*per_second) : kNone;
}

std::string number_text(std::optional<double> value) { return value ? number_text(*value) : kNone; }

std::string ratio_interval_text(std::optional<double> ratio, std::optional<double> low,
                                std::optional<double> high) {
  if (!ratio || !low || !high) return ratio_text(ratio);
  return ratio_interval_text(*ratio, *low, *high);
}

}  // namespace tsctl
