#include "tsctl/core/base/units.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace tsctl {

namespace {

std::string formatted(const char* format, double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

// The least number that rounds up to 1 with four significant digits: 999.97 us is shown as "1.000 ms".
constexpr double kRoundsUp = 0.99995;

// Four significant digits, without an exponent for the sizes that occur after scaling.
std::string four_digits(double value) {
  const double size = std::abs(value);
  if (size >= 1000 * kRoundsUp) return formatted("%.0f", value);
  if (size >= 100 * kRoundsUp) return formatted("%.1f", value);
  if (size >= 10 * kRoundsUp) return formatted("%.2f", value);
  return formatted("%.3f", value);
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

std::string seconds_text(std::optional<double> seconds) {
  return seconds ? seconds_text(*seconds) : "-";
}

std::string bytes_text(std::int64_t bytes) {
  constexpr std::array kUnits{"KiB", "MiB", "GiB", "TiB"};
  constexpr double kNextUnit = 1023.95;  // rounds to 1024.0
  if (bytes < 1024) return std::to_string(bytes) + " B";
  double scaled = static_cast<double>(bytes) / 1024.0;
  std::size_t unit = 0;
  while (scaled >= kNextUnit && unit + 1 < kUnits.size()) {
    scaled /= 1024.0;
    ++unit;
  }
  return formatted(scaled < 9.995 ? "%.2f " : "%.1f ", scaled) + kUnits[unit];
}

std::string percent_text(double fraction) { return formatted("%.1f%%", fraction * 100.0); }

std::string ratio_text(double ratio) {
  if (ratio > 0 && ratio < 0.1) return formatted("%.2g", ratio);  // not "0.00"
  // Near 1 a margin of 1% has to be told from 0.6%.
  if (std::abs(ratio - 1.0) < 0.0495) return formatted("%.3f", ratio);
  return formatted(ratio < 9.995 ? "%.2f" : "%.1f", ratio);
}

std::string ratio_interval_text(double ratio, double low, double high) {
  // Beyond these nothing is known, and digits would only look as if it were.
  const std::string from = low < 0.01 ? "<0.01" : ratio_text(low);
  const std::string to = high > 100.0 ? ">100" : ratio_text(high);
  return ratio_text(ratio) + " [" + from + ", " + to + "]";
}

std::string rate_text(double per_second) {
  if (per_second >= 1e6) return formatted("%.2fM", per_second / 1e6);
  if (per_second >= 1e4) return formatted("%.1fk", per_second / 1e3);
  if (per_second >= 99.995) return formatted("%.0f", per_second);
  if (per_second > 0 && per_second < 0.1) return formatted("%.2g", per_second);  // not "0.00"
  return formatted("%.2f", per_second);
}

std::string number_text(double value) {
  if (value == 0.0) return "0";
  if (!std::isfinite(value)) return formatted("%g", value);
  const double size = std::abs(value);
  return formatted(size >= 1e-3 && size < 1e6 ? "%.4g" : "%.2e", value);
}

}  // namespace tsctl
