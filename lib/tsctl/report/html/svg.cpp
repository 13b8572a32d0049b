#include "tsctl/report/html/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tsctl/core/base/units.h"
#include "tsctl/report/html/svg_parts.h"

namespace tsctl {

namespace {

constexpr double kRowHeight = 28.0;
constexpr double kPlotHeight = 260.0;
constexpr double kMargin = 40.0;

// With enough digits to tell neighbouring ticks apart.
std::string ratio_tick(double value, const std::vector<double>& ticks) {
  const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : 1.0;
  const int digits = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 2, 6);
  return fmt::format("{:.{}f}", value, digits);
}

}  // namespace

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char letter : text) {
    switch (letter) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += letter;
    }
  }
  return safe;
}

std::string interval_plot(const std::vector<IntervalMark>& marks, double reference, double margin,
                          const std::string& axis_title) {
  svg::Scale scale{.low = reference - margin, .high = reference + margin};
  for (const IntervalMark& mark : marks) {
    scale.low = std::min(scale.low, mark.low);
    scale.high = std::max(scale.high, mark.high);
  }
  const double room = 0.08 * (scale.high - scale.low) + 1e-6;
  scale.low -= room;
  scale.high += room;
  scale.begin = svg::kLabelWidth;
  scale.end = svg::kWidth - svg::kNoteWidth;
  const double bottom = kRowHeight * static_cast<double>(marks.size()) + 8.0;
  std::string plot = svg::begin(svg::kWidth, bottom + kMargin, axis_title);
  plot += fmt::format(R"(<rect class="band" x="{}" y="0" width="{}" height="{}"/>)"
                      "\n",
                      svg::number(scale.at(reference - margin)),
                      svg::number(scale.at(reference + margin) - scale.at(reference - margin)),
                      svg::number(bottom));
  const std::vector<double> ticks = svg::linear_ticks(scale.low, scale.high);
  for (const double tick : ticks) {
    const double x = scale.at(tick);
    plot += svg::line_from(x, bottom, x, bottom + 4.0, "axis");
    plot += svg::text_at(x, bottom + 17.0, ratio_tick(tick, ticks), "middle");
  }
  plot += svg::line_from(scale.at(reference), 0.0, scale.at(reference), bottom, "axis reference");
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const IntervalMark& mark = marks[i];
    const double y = kRowHeight * (static_cast<double>(i) + 0.6);
    plot += svg::fitted_text_at(0.0, y + 4.0, mark.label, svg::kLabelWidth - 8.0);
    plot += svg::line_from(scale.at(mark.low), y, scale.at(mark.high), y, "interval");
    plot += svg::circle({scale.at(mark.middle), y}, 4.0, "middle");
    plot += svg::fitted_text_at(scale.end + 12.0, y + 4.0, mark.note, svg::kNoteWidth - 12.0);
  }
  plot += svg::line_from(scale.begin, bottom, scale.end, bottom, "axis");
  plot += svg::text_at((scale.begin + scale.end) / 2.0, bottom + 34.0, axis_title, "middle");
  return plot + "</svg>\n";
}

std::string curve_plot(const std::vector<Curve>& curves, const std::string& axis_title) {
  std::vector<Timeline> timelines;
  std::size_t longest = 0;
  for (const Curve& curve : curves) {
    longest = std::max(longest, curve.values.size());
    Timeline timeline{.label = curve.label, .parts = {{}}};
    for (std::size_t i = 0; i < curve.values.size(); ++i)
      timeline.parts.front().push_back({static_cast<double>(i) + 0.5, curve.values[i]});
    timelines.push_back(timeline);
  }
  return timeline_plot(timelines, {static_cast<double>(longest)}, axis_title);
}

}  // namespace tsctl
