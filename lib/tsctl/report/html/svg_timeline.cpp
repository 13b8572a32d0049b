#include <algorithm>
#include <cmath>
#include <limits>

#include "tsctl/core/base/units.h"
#include "tsctl/report/html/svg.h"
#include "tsctl/report/html/svg_parts.h"

namespace tsctl {

namespace {

constexpr double kTop = 18.0;
constexpr double kBottom = 270.0;
constexpr double kAxisHeight = 42.0;
constexpr double kLeft = 80.0;
constexpr std::size_t kFewestOfALine = 2;  // a line through fewer points cannot be seen

bool can_be_drawn(const TimelinePoint& point) {
  return svg::is_a_time(point.value) && std::isfinite(point.at);
}

// Of all points; nothing when there is none.
svg::Scale upward_scale(const std::vector<Timeline>& timelines) {
  double low = std::numeric_limits<double>::infinity();
  double high = 0.0;
  for (const Timeline& timeline : timelines) {
    for (const auto& part : timeline.parts) {
      for (const TimelinePoint& point : part) {
        if (!can_be_drawn(point)) continue;
        low = std::min(low, point.value);
        high = std::max(high, point.value);
      }
    }
  }
  return {.low = std::log10(low) - 0.02,
          .high = std::log10(high) + 0.02,
          .begin = kBottom,
          .end = kTop};
}

std::string drawn(const std::vector<TimelinePoint>& part, const svg::Scale& across,
                  const svg::Scale& up, std::size_t series) {
  std::vector<svg::Point> points;
  for (const TimelinePoint& point : part) {
    if (can_be_drawn(point))
      points.push_back({across.at(point.at), up.at(std::log10(point.value))});
  }
  if (points.size() >= kFewestOfALine)
    return svg::polyline(points, "line " + svg::series_class(series));
  if (points.empty()) return {};
  return svg::circle(points[0], 2.5, "area " + svg::series_class(series));
}

// The ends of the parts as lines from top to bottom, with the parts' numbers where there is room.
std::string borders(const std::vector<double>& ends, const svg::Scale& across) {
  if (ends.size() < 2) return {};
  std::string plot;
  double begin = 0.0;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const double width = across.at(ends[i]) - across.at(begin);
    if (width > 16.0) {
      plot += svg::text_at(across.at((begin + ends[i]) / 2.0), kTop - 5.0, std::to_string(i + 1),
                           "middle");
    }
    if (i + 1 < ends.size())
      plot += svg::line_from(across.at(ends[i]), kTop, across.at(ends[i]), kBottom, "border");
    begin = ends[i];
  }
  return plot;
}

}  // namespace

std::string timeline_plot(const std::vector<Timeline>& timelines, const std::vector<double>& ends,
                          const std::string& axis_title) {
  const svg::Scale up = upward_scale(timelines);
  if (!std::isfinite(up.low) || ends.empty() || !(ends.back() > 0.0)) return {};
  const svg::Scale across{
      .low = 0.0, .high = ends.back(), .begin = kLeft, .end = svg::kWidth - svg::kNoteWidth};
  std::string plot = svg::begin(svg::kWidth, kBottom + kAxisHeight, axis_title);
  for (const double tick :
       svg::logarithmic_ticks(std::pow(10.0, up.low), std::pow(10.0, up.high))) {
    const double y = up.at(std::log10(tick));
    plot += svg::line_from(across.begin, y, across.end, y, "grid");
    plot += svg::text_at(across.begin - 6.0, y + 4.0, seconds_text(tick), "end");
  }
  plot += borders(ends, across);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < timelines.size(); ++i) {
    names.push_back(timelines[i].label);
    for (const auto& part : timelines[i].parts) plot += drawn(part, across, up, i);
  }
  plot += svg::legend(across.end + 14.0, names);
  plot += svg::line_from(across.begin, kBottom, across.end, kBottom, "axis");
  plot += svg::text_at(across.begin, kBottom + 17.0, "1", "middle");
  plot +=
      svg::text_at(across.end, kBottom + 17.0, std::to_string(std::lround(ends.back())), "middle");
  plot += svg::text_at((across.begin + across.end) / 2.0, kBottom + 35.0, axis_title, "middle");
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
