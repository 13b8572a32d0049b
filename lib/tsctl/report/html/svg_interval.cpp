#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tsctl/core/base/units.h"
#include "tsctl/report/html/escaped.h"
#include "tsctl/report/html/svg.h"
#include "tsctl/report/html/svg_parts.h"

namespace tsctl {

namespace {

constexpr double kRowHeight = 28.0;
constexpr double kTop = 18.0;  // above the rows, for the name of the limit
constexpr double kAxisHeight = 40.0;
constexpr double kArrow = 7.0;
// Times the middle of an interval. A wider interval is cut, so that the others stay readable.
constexpr double kWidestDrawn = 4.0;

bool can_be_drawn(const IntervalMark& mark) {
  return svg::is_a_ratio(mark.middle) && mark.low <= mark.middle && mark.middle <= mark.high;
}

// From the logarithm of the least ratio to that of the largest.
svg::Scale scale_of(const std::vector<IntervalMark>& marks, const IntervalAxis& axis) {
  double low = axis.reference * (1.0 - axis.margin);
  double high = axis.reference * (1.0 + axis.margin);
  if (axis.limit) {
    low = std::min(low, *axis.limit);
    high = std::max(high, *axis.limit);
  }
  for (const IntervalMark& mark : marks) {
    low = std::min(low, std::max(mark.low, mark.middle / kWidestDrawn));
    high = std::max(high, std::min(mark.high, mark.middle * kWidestDrawn));
  }
  const double room = 0.08 * std::log10(high / low) + 1e-4;
  return {.low = std::log10(low) - room,
          .high = std::log10(high) + room,
          .begin = svg::kLabelWidth,
          .end = svg::kWidth - svg::kNoteWidth};
}

// An arrow at the end of the axis, which an interval leaves there.
std::string cut_mark(double x, double y, double direction) {
  return svg::polygon({{x, y},
                       {x - direction * kArrow, y - kArrow * 0.7},
                       {x - direction * kArrow, y + kArrow * 0.7}},
                      "cut");
}

std::string drawn(const IntervalMark& mark, const svg::Scale& across, double y) {
  const auto at = [&](double ratio) {
    return ratio > 0.0 ? across.at(std::log10(ratio)) : -svg::kWidth;
  };
  const double from = std::max(at(mark.low), across.begin);
  const double to = std::min(at(mark.high), across.end);
  std::string plot = svg::line_from(from, y, to, y, "interval");
  if (at(mark.low) < across.begin) plot += cut_mark(across.begin, y, -1.0);
  if (at(mark.high) > across.end) plot += cut_mark(across.end, y, 1.0);
  return plot + svg::circle({at(mark.middle), y}, 4.0, "middle");
}

bool leaves(const IntervalMark& mark, const svg::Scale& across) {
  return !(mark.low > 0.0) || std::log10(mark.low) < across.low ||
         std::log10(mark.high) > across.high;
}

std::string background(const IntervalAxis& axis, const svg::Scale& across, double bottom) {
  const auto at = [&](double ratio) { return across.at(std::log10(ratio)); };
  const double left = at(axis.reference * (1.0 - axis.margin));
  const double right = at(axis.reference * (1.0 + axis.margin));
  std::string plot = svg::rectangle({left, kTop}, {right, bottom}, "band");
  const std::vector<double> ticks =
      svg::logarithmic_ticks(std::pow(10.0, across.low), std::pow(10.0, across.high));
  for (const double tick : ticks) {
    plot += svg::line_from(at(tick), bottom, at(tick), bottom + 4.0, "axis");
    plot += svg::text_at(at(tick), bottom + 17.0, svg::ratio_tick(tick), "middle");
  }
  plot += svg::line_from(at(axis.reference), kTop, at(axis.reference), bottom, "axis reference");
  if (axis.limit) {
    plot += svg::line_from(at(*axis.limit), kTop, at(*axis.limit), bottom, "limit");
    plot += fmt::format(
        "<text class=\"limit-name\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
        svg::number(at(*axis.limit)), svg::number(kTop - 5.0), escaped(axis.limit_name));
  }
  return plot + svg::line_from(across.begin, bottom, across.end, bottom, "axis");
}

}  // namespace

std::string interval_plot(const std::vector<IntervalMark>& all, const IntervalAxis& axis) {
  std::vector<IntervalMark> marks;
  std::ranges::copy_if(all, std::back_inserter(marks), can_be_drawn);
  if (marks.empty()) return {};
  const svg::Scale across = scale_of(marks, axis);
  const double bottom = kTop + kRowHeight * static_cast<double>(marks.size()) + 8.0;
  std::string plot = svg::begin(svg::kWidth, bottom + kAxisHeight, axis.title);
  plot += background(axis, across, bottom);
  bool any_cut = false;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const IntervalMark& mark = marks[i];
    const double y = kTop + kRowHeight * (static_cast<double>(i) + 0.6);
    any_cut = any_cut || leaves(mark, across);
    plot += svg::fitted_text_at(0.0, y + 4.0, mark.label, svg::kLabelWidth - 8.0);
    plot += drawn(mark, across, y);
    plot += svg::fitted_text_at(across.end + 12.0, y + 4.0, mark.note, svg::kNoteWidth - 12.0);
  }
  plot += svg::text_at((across.begin + across.end) / 2.0, bottom + 34.0, axis.title, "middle");
  return plot + "</svg>\n" +
         (any_cut ? "<p>An arrow marks an interval that continues beyond the axis; the numbers "
                    "beside it are complete.</p>\n"
                  : "");
}

}  // namespace tsctl
