#include "tsctl/report/svg.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

#include "tsctl/report/units.h"

namespace tsctl {

namespace {

constexpr double kWidth = 760.0;
constexpr double kLabelWidth = 150.0;
constexpr double kNoteWidth = 230.0;
constexpr double kRowHeight = 28.0;
constexpr double kPlotHeight = 260.0;
constexpr double kMargin = 40.0;
// Distinct without colour sight too: they differ in lightness, and curves in their dashes.
constexpr std::array kColours{"#1b6ca8", "#d1495b", "#3c896d", "#8f6bb1", "#b8860b", "#555555"};
constexpr std::array kDashes{"", "6 3", "2 2", "8 3 2 3", "1 3", "10 4"};

// Short, and with a point in every locale.
std::string number(double value) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.2f", value);
  std::string text = buffer.data();
  std::replace(text.begin(), text.end(), ',', '.');
  return text;
}

std::string svg_begin(double width, double height, const std::string& title) {
  return "<svg viewBox=\"0 0 " + number(width) + " " + number(height) +
         "\" role=\"img\" aria-label=\"" + escaped(title) +
         "\" xmlns=\"http://www.w3.org/2000/svg\">\n";
}

std::string text_at(double x, double y, const std::string& text,
                    const std::string& anchor = "start") {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + anchor + "\">" +
         escaped(text) + "</text>\n";
}

std::string line_from(double x1, double y1, double x2, double y2, const std::string& kind) {
  return "<line class=\"" + kind + "\" x1=\"" + number(x1) + "\" y1=\"" + number(y1) + "\" x2=\"" +
         number(x2) + "\" y2=\"" + number(y2) + "\"/>\n";
}

// Maps values to a stretch of the picture.
struct Scale {
  double low = 0.0;
  double high = 1.0;
  double begin = 0.0;
  double end = 1.0;

  double at(double value) const { return begin + (value - low) / (high - low) * (end - begin); }
};

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
  Scale scale{.low = reference - margin, .high = reference + margin};
  for (const IntervalMark& mark : marks) {
    scale.low = std::min(scale.low, mark.low);
    scale.high = std::max(scale.high, mark.high);
  }
  const double room = 0.08 * (scale.high - scale.low) + 1e-6;
  scale.low -= room;
  scale.high += room;
  scale.begin = kLabelWidth;
  scale.end = kWidth - kNoteWidth;
  const double bottom = kRowHeight * static_cast<double>(marks.size()) + 8.0;
  std::string svg = svg_begin(kWidth, bottom + kMargin, axis_title);
  svg += "<rect class=\"band\" x=\"" + number(scale.at(reference - margin)) +
         "\" y=\"0\" width=\"" +
         number(scale.at(reference + margin) - scale.at(reference - margin)) + "\" height=\"" +
         number(bottom) + "\"/>\n";
  svg += line_from(scale.at(reference), 0.0, scale.at(reference), bottom, "reference");
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const IntervalMark& mark = marks[i];
    const double y = kRowHeight * (static_cast<double>(i) + 0.6);
    svg += text_at(0.0, y + 4.0, mark.label);
    svg += line_from(scale.at(mark.low), y, scale.at(mark.high), y, "interval");
    svg += "<circle class=\"middle\" cx=\"" + number(scale.at(mark.middle)) + "\" cy=\"" +
           number(y) + "\" r=\"4\"/>\n";
    svg += text_at(scale.end + 12.0, y + 4.0, mark.note);
  }
  svg += line_from(scale.begin, bottom, scale.end, bottom, "axis");
  svg += text_at(scale.at(reference), bottom + 16.0, ratio_text(reference), "middle");
  svg += text_at((scale.begin + scale.end) / 2.0, bottom + 32.0, axis_title, "middle");
  return svg + "</svg>\n";
}

std::string curve_plot(const std::vector<Curve>& curves, const std::string& axis_title) {
  double low = std::numeric_limits<double>::infinity();
  double high = 0.0;
  std::size_t longest = 0;
  for (const Curve& curve : curves) {
    for (const double value : curve.values) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
    longest = std::max(longest, curve.values.size());
  }
  if (longest == 0) return {};
  const Scale across{.low = 1.0,
                     .high = std::max(2.0, static_cast<double>(longest)),
                     .begin = 2.0 * kMargin,
                     .end = kWidth - kNoteWidth};
  const Scale up{.low = std::log10(low) - 0.05,
                 .high = std::log10(high) + 0.05,
                 .begin = kPlotHeight,
                 .end = 10.0};
  std::string svg = svg_begin(kWidth, kPlotHeight + kMargin, axis_title);
  for (const double tick : {low, std::sqrt(low * high), high}) {
    const double y = up.at(std::log10(tick));
    svg += line_from(across.begin, y, across.end, y, "grid");
    svg += text_at(across.begin - 6.0, y + 4.0, seconds_text(tick), "end");
  }
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const Curve& curve = curves[i];
    if (curve.values.empty()) continue;
    std::string points;
    for (std::size_t call = 0; call < curve.values.size(); ++call) {
      points += number(across.at(static_cast<double>(call + 1))) + "," +
                number(up.at(std::log10(curve.values[call]))) + " ";
    }
    const std::string style = std::string("stroke=\"") + kColours[i % kColours.size()] +
                              "\" stroke-dasharray=\"" + kDashes[i % kDashes.size()] + "\"";
    svg += "<polyline class=\"curve\" " + style + " points=\"" + points + "\"/>\n";
    const double y = 20.0 + 20.0 * static_cast<double>(i);
    svg += "<line " + style + " stroke-width=\"2\" x1=\"" + number(across.end + 14.0) + "\" y1=\"" +
           number(y - 4.0) + "\" x2=\"" + number(across.end + 44.0) + "\" y2=\"" + number(y - 4.0) +
           "\"/>\n";
    svg += text_at(across.end + 50.0, y, curve.label);
  }
  svg += line_from(across.begin, kPlotHeight, across.end, kPlotHeight, "axis");
  svg += text_at(across.begin, kPlotHeight + 16.0, "1", "middle");
  svg += text_at(across.end, kPlotHeight + 16.0, std::to_string(longest), "middle");
  svg += text_at((across.begin + across.end) / 2.0, kPlotHeight + 32.0, axis_title, "middle");
  return svg + "</svg>\n";
}

}  // namespace tsctl
