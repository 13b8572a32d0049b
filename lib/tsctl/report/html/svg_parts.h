#pragma once

#include <cstddef>
#include <string>
#include <vector>

// The parts of the plots in svg.h. Lengths are units of the picture, which the page scales as a whole.
namespace tsctl::svg {

inline constexpr double kWidth = 910.0;
inline constexpr double kLabelWidth = 170.0;  // left of a plot, for the names of its rows
inline constexpr double kNoteWidth = 310.0;   // right of it, for numbers or a legend
inline constexpr double kLetterWidth = 7.2;   // of 12-pixel letters of a wide font, on average

// Whether a logarithmic axis of times can show it: from a picosecond to some thirty thousand years.
bool is_a_time(double seconds);
// The same for ratios: from a billionth to a billion.
bool is_a_ratio(double ratio);

// Colours and dashes of curves and areas: CSS rules for a light or a dark page. They differ in lightness, and curves in
// their dashes, so that people who are colour-blind can tell them apart.
std::string series_rules(bool dark);
// The class of the arm number `index`, counted from 0. The seventh arm has that of the first.
std::string series_class(std::size_t index);

// Two digits after the decimal point; never "-0.00".
std::string number(double value);

std::string begin(double width, double height, const std::string& title);
std::string text_at(double x, double y, const std::string& text,
                    const std::string& anchor = "start");
// Cut to `width`; a text that was cut has the whole text as its tooltip.
std::string fitted_text_at(double x, double y, const std::string& text, double width);
std::string line_from(double x1, double y1, double x2, double y2, const std::string& kind);
// Points as a line through all of them.
struct Point {
  double x = 0.0;
  double y = 0.0;
};
std::string polyline(const std::vector<Point>& points, const std::string& kind);
// An area with these corners.
std::string polygon(const std::vector<Point>& points, const std::string& kind);
std::string rectangle(const Point& corner, const Point& opposite, const std::string& kind);
std::string circle(const Point& middle, double radius, const std::string& kind);

// Names with their lines, from the top down.
std::string legend(double x, const std::vector<std::string>& names);

// Maps values to a stretch of the picture.
struct Scale {
  double low = 0.0;
  double high = 1.0;
  double begin = 0.0;
  double end = 1.0;

  double at(double value) const { return begin + (value - low) / (high - low) * (end - begin); }
};

// At most six round values from low to high, both included: multiples of 1, 2 or 5 of a power of ten.
std::vector<double> linear_ticks(double low, double high);
// The same for a logarithmic axis; 0 < low < high. Powers of ten where the axis is long.
std::vector<double> logarithmic_ticks(double low, double high);
// A tick of an axis of ratios with all its digits: "1.0", "1.25", "0.001".
std::string ratio_tick(double value);

}  // namespace tsctl::svg
