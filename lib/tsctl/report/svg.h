#pragma once

#include <optional>
#include <string>
#include <vector>

namespace tsctl {

// Text made safe inside HTML and SVG, attributes included.
std::string escaped(const std::string& text);

// A value with the ends of its interval, drawn as a dot on a bar.
struct IntervalMark {
  std::string label = {};
  std::string note = {};  // beside it: "1.30 [1.28, 1.31], faster"
  double low = 0.0;
  double middle = 0.0;
  double high = 0.0;
};

// One interval a row over a common axis, with a line at `reference` and a band of `margin` around it. At least one mark;
// all numbers finite.
std::string interval_plot(const std::vector<IntervalMark>& marks, double reference, double margin,
                          const std::string& axis_title);

// A named curve of positive values over 1, 2, 3, …
struct Curve {
  std::string label = {};
  std::vector<double> values = {};
};

// Curves over the number of the call, with a logarithmic vertical axis labelled by seconds. Curves without values are
// left out; without any the text is empty.
std::string curve_plot(const std::vector<Curve>& curves, const std::string& axis_title);

}  // namespace tsctl
