#include "tsctl/report/html/svg_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "tsctl/report/html/escaped.h"

namespace tsctl::svg {

namespace {

constexpr std::array kOnLight{"#1b6ca8", "#c23b50", "#2f7a5c", "#8256a8", "#96700a", "#555b61"};
constexpr std::array kOnDark{"#6db3e8", "#ff8d97", "#7cc7a5", "#c9aee6", "#e3bd55", "#b4bcc4"};
constexpr std::array kDashes{"none", "7 3", "2 2", "9 3 2 3", "1 3", "12 4"};
constexpr std::size_t kMostTicks = 6;

// The smallest of 1, 2, 5 times a power of ten that is at least `step`.
double round_step(double step) {
  const double power = std::pow(10.0, std::floor(std::log10(step)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= step * (1.0 - 1e-9)) return factor * power;
  }
  return 10.0 * power;
}

// Letters, not bytes: every byte of UTF-8 but the first of a letter begins with 10.
bool begins_letter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }

std::string cut_to(const std::string& text, std::size_t letters) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (begins_letter(text[at]) && ++count > letters) return text.substr(0, at);
  }
  return text;
}

std::string corners(const std::vector<Point>& points) {
  std::string text;
  for (const Point& point : points) text += fmt::format("{},{} ", number(point.x), number(point.y));
  return text;
}

}  // namespace

std::string series_class(std::size_t index) {
  return "series" + std::to_string(index % kOnLight.size());
}

std::string series_rules(bool dark) {
  std::string rules;
  for (std::size_t i = 0; i < kOnLight.size(); ++i) {
    const std::string colour = dark ? kOnDark[i] : kOnLight[i];
    rules += fmt::format(
        "svg .line.{0} {{ stroke: {1}; stroke-dasharray: {2}; }} svg .area.{0} {{ fill: {1}; }}\n",
        series_class(i), colour, kDashes[i]);
  }
  return rules;
}

std::string number(double value) {
  const std::string text = fmt::format("{:.2f}", value);
  return text == "-0.00" ? "0.00" : text;
}

std::string begin(double width, double height, const std::string& title) {
  return fmt::format(
      R"(<svg viewBox="0 0 {} {}" role="img" aria-label="{}" xmlns="http://www.w3.org/2000/svg">)"
      "\n",
      number(width), number(height), escaped(title));
}

std::string text_at(double x, double y, const std::string& text, const std::string& anchor) {
  return fmt::format(R"(<text x="{}" y="{}" text-anchor="{}">{}</text>)"
                     "\n",
                     number(x), number(y), anchor, escaped(text));
}

std::string fitted_text_at(double x, double y, const std::string& text, double width) {
  const auto letters = static_cast<std::size_t>(width / kLetterWidth);
  if (cut_to(text, letters) == text) return text_at(x, y, text);
  return fmt::format(R"(<text x="{}" y="{}"><title>{}</title>{}…</text>)"
                     "\n",
                     number(x), number(y), escaped(text), escaped(cut_to(text, letters - 1)));
}

std::string line_from(double x1, double y1, double x2, double y2, const std::string& kind) {
  return fmt::format(R"(<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>)"
                     "\n",
                     kind, number(x1), number(y1), number(x2), number(y2));
}

std::string polyline(const std::vector<Point>& points, const std::string& kind) {
  return fmt::format(R"(<polyline class="{}" points="{}"/>)"
                     "\n",
                     kind, corners(points));
}

std::string polygon(const std::vector<Point>& points, const std::string& kind) {
  return fmt::format(R"(<polygon class="{}" points="{}"/>)"
                     "\n",
                     kind, corners(points));
}

std::string rectangle(const Point& corner, const Point& opposite, const std::string& kind) {
  return fmt::format(R"(<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>)"
                     "\n",
                     kind, number(corner.x), number(corner.y), number(opposite.x - corner.x),
                     number(opposite.y - corner.y));
}

std::string circle(const Point& middle, double radius, const std::string& kind) {
  return fmt::format(R"(<circle class="{}" cx="{}" cy="{}" r="{}"/>)"
                     "\n",
                     kind, number(middle.x), number(middle.y), radius);
}

std::string legend(double x, const std::vector<std::string>& names) {
  constexpr double kLine = 34.0;
  std::string svg;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const double y = 22.0 + 20.0 * static_cast<double>(i);
    svg += line_from(x, y - 4.0, x + kLine, y - 4.0, "line " + series_class(i));
    svg += fitted_text_at(x + kLine + 8.0, y, names[i], kWidth - x - kLine - 8.0);
  }
  return svg;
}

std::vector<double> linear_ticks(double low, double high) {
  const double step = round_step((high - low) / (static_cast<double>(kMostTicks) - 1.0));
  std::vector<double> ticks;
  for (double count = std::ceil(low / step - 1e-9); count * step <= high * (1.0 + 1e-12); ++count)
    ticks.push_back(count * step);
  return ticks;
}

std::string ratio_tick(double value) {
  const std::string text = fmt::format("{:.6g}", value);
  const bool is_whole = text.find_first_not_of("0123456789") == std::string::npos;
  return value < 10.0 && is_whole ? text + ".0" : text;
}

bool is_a_ratio(double ratio) { return ratio >= 1e-9 && ratio <= 1e9; }

bool is_a_time(double seconds) { return seconds >= 1e-12 && seconds <= 1e12; }

std::vector<double> logarithmic_ticks(double low, double high) {
  if (high / low < 5.0) return linear_ticks(low, high);
  for (const std::vector<double>& factors :
       {std::vector{1.0, 1.5, 2.0, 3.0, 5.0, 7.0}, std::vector{1.0, 2.0, 5.0}, std::vector{1.0}}) {
    std::vector<double> ticks;
    for (double power = std::pow(10.0, std::floor(std::log10(low))); power <= high; power *= 10.0) {
      for (const double factor : factors) {
        const double value = factor * power;
        if (value >= low * (1.0 - 1e-9) && value <= high * (1.0 + 1e-9)) ticks.push_back(value);
      }
    }
    if (ticks.size() <= kMostTicks) return ticks;
  }
  return {low, std::sqrt(low * high), high};
}

}  // namespace tsctl::svg
