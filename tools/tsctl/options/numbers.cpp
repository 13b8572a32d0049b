#include "options/numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "tsctl/core/base/error.h"

namespace tsctl {

std::optional<Quantity> quantity_from(std::string_view text) {
  Quantity quantity;
  const char* const end = text.data() + text.size();
  const auto [rest, code] = std::from_chars(text.data(), end, quantity.value);
  if (code != std::errc{} || !std::isfinite(quantity.value)) return std::nullopt;
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  const std::size_t first = unit.find_first_not_of(' ');
  if (first != std::string_view::npos) quantity.unit = unit.substr(first);
  return quantity;
}

double fraction_from(const std::string& text, const std::string& flag) {
  const auto quantity = quantity_from(text);
  const bool known = quantity && (quantity->unit.empty() || quantity->unit == "%");
  if (!known || quantity->value < 0.0) {
    throw Error(ErrorKind::usage, fmt::format("{} '{}' is not a fraction", flag, text),
                "write 2% or 0.02");
  }
  return quantity->unit == "%" ? quantity->value / 100.0 : quantity->value;
}

double seconds_from(const std::string& text, const std::string& flag) {
  const Quantity quantity = quantity_from(text).value_or(Quantity{});
  const double scale = quantity.unit.empty() || quantity.unit == "s" ? 1.0
                       : quantity.unit == "ms"                       ? 1e-3
                       : quantity.unit == "min"                      ? 60.0
                                                                     : 0.0;
  const double seconds = quantity.value * scale;
  if (!(seconds > 0.0) || !std::isfinite(seconds)) {
    throw Error(ErrorKind::usage, fmt::format("{} '{}' is not a time above 0", flag, text),
                "write 60, 60s or 2min");
  }
  return seconds;
}

std::int64_t bytes_from(const std::string& text, const std::string& flag) {
  constexpr double kMostBytes = 1e18;
  struct Unit {
    std::string_view name;
    double bytes;
  };
  constexpr std::array kUnits{Unit{"", 1.0},       Unit{"B", 1.0},      Unit{"kB", 1e3},
                              Unit{"KB", 1e3},     Unit{"MB", 1e6},     Unit{"GB", 1e9},
                              Unit{"TB", 1e12},    Unit{"K", 0x1p10},   Unit{"KiB", 0x1p10},
                              Unit{"M", 0x1p20},   Unit{"MiB", 0x1p20}, Unit{"G", 0x1p30},
                              Unit{"GiB", 0x1p30}, Unit{"T", 0x1p40},   Unit{"TiB", 0x1p40}};
  if (text == "none") return 0;
  const Quantity quantity = quantity_from(text).value_or(Quantity{});
  const auto unit = std::ranges::find(kUnits, quantity.unit, &Unit::name);
  const double bytes = unit == kUnits.end() ? 0.0 : quantity.value * unit->bytes;
  if (!(bytes >= 1.0) || bytes > kMostBytes) {
    throw Error(ErrorKind::usage, fmt::format("{} '{}' is not a size above 0", flag, text),
                "write 8GiB, 500MB, or none for no limit");
  }
  return static_cast<std::int64_t>(bytes);
}

CLI::Validator checked(const std::function<std::string(const std::string&)>& fault) {
  return CLI::Validator([fault](std::string& text) { return fault(text); }, "");
}

CLI::Validator positive_number() {
  return checked([](const std::string& text) {
    const auto quantity = quantity_from(text);
    const bool good = quantity && quantity->unit.empty() && quantity->value > 0.0;
    return good ? std::string() : "'" + text + "' is not a number above 0";
  });
}

}  // namespace tsctl
