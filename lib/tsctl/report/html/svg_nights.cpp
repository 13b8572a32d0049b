#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "tsctl/core/base/units.h"
#include "tsctl/report/html/escaped.h"
#include "tsctl/report/html/svg.h"
#include "tsctl/report/html/svg_parts.h"

namespace tsctl {

namespace {

constexpr double kTop = 22.0;
constexpr double kBottom = 230.0;
constexpr double kAxisHeight = 42.0;
constexpr double kLeft = 80.0;
constexpr double kRight = svg::kWidth - 20.0;
constexpr double kLabelRoom = 110.0;  // of the name of a night
constexpr double kWidestDrawn = 2.0;  // times the value; a wider interval is cut

bool can_be_drawn(const NightMark& night) { return svg::is_a_ratio(night.value); }

double low_of(const NightMark& night) {
  return std::max(night.low.value_or(night.value), night.value / kWidestDrawn);
}

double high_of(const NightMark& night) {
  return std::min(night.high.value_or(night.value), night.value * kWidestDrawn);
}

svg::Scale upward_scale(const std::vector<NightMark>& nights) {
  double low = std::numeric_limits<double>::infinity();
  double high = 0.0;
  for (const NightMark& night : nights) {
    if (!can_be_drawn(night)) continue;
    low = std::min(low, low_of(night));
    high = std::max(high, high_of(night));
  }
  const double room = 0.06 * std::log10(high / low) + 0.004;
  return {.low = std::log10(low) - room,
          .high = std::log10(high) + room,
          .begin = kBottom,
          .end = kTop};
}

std::string drawn(const NightMark& night, const svg::Scale& up, double x) {
  const double from = std::max(std::log10(low_of(night)), up.low);
  const double to = std::min(std::log10(high_of(night)), up.high);
  return fmt::format("<g><title>{}</title>\n{}{}</g>\n", escaped(night.label),
                     svg::line_from(x, up.at(from), x, up.at(to), "interval"),
                     svg::circle({x, up.at(std::log10(night.value))}, 3.5, "middle"));
}

}  // namespace

std::string nights_plot(const std::vector<NightMark>& nights,
                        const std::vector<NightChange>& changes, bool is_time,
                        const std::string& title) {
  if (std::ranges::none_of(nights, can_be_drawn)) return {};
  const svg::Scale up = upward_scale(nights);
  const svg::Scale across{
      .low = -0.5, .high = static_cast<double>(nights.size()) - 0.5, .begin = kLeft, .end = kRight};
  std::string plot = svg::begin(svg::kWidth, kBottom + kAxisHeight, title);
  const std::vector<double> ticks =
      svg::logarithmic_ticks(std::pow(10.0, up.low), std::pow(10.0, up.high));
  for (const double tick : ticks) {
    const double y = up.at(std::log10(tick));
    plot += svg::line_from(kLeft, y, kRight, y, "grid");
    plot += svg::text_at(kLeft - 6.0, y + 4.0, is_time ? seconds_text(tick) : svg::ratio_tick(tick),
                         "end");
  }
  for (const NightChange& change : changes) {
    const double x = across.at(static_cast<double>(change.first) - 0.5);
    plot += svg::line_from(x, kTop, x, kBottom, "limit");
    const bool room_right = x < (kLeft + kRight) / 2.0;
    plot += svg::text_at(x + (room_right ? 4.0 : -4.0), kTop - 7.0, change.note,
                         room_right ? "start" : "end");
  }
  const double width = across.at(1.0) - across.at(0.0);
  const auto step = static_cast<std::size_t>(std::max(1.0, std::ceil(kLabelRoom / width)));
  for (std::size_t i = 0; i < nights.size(); ++i) {
    const double x = across.at(static_cast<double>(i));
    if (i % step == 0) plot += svg::text_at(x, kBottom + 17.0, nights[i].label, "middle");
    if (can_be_drawn(nights[i])) plot += drawn(nights[i], up, x);
  }
  plot += svg::line_from(kLeft, kBottom, kRight, kBottom, "axis");
  plot += svg::text_at((kLeft + kRight) / 2.0, kBottom + 35.0, title, "middle");
  return plot + "</svg>\n";
}

}  // namespace tsctl
