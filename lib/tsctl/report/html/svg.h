#pragma once

#include <string>
#include <vector>

namespace tsctl {

// Escapes text for HTML and SVG, including attributes.
std::string escaped(const std::string& text);

// A value with the ends of its interval, drawn as a dot on a bar.
struct IntervalMark {
  std::string label = {};
  std::string note = {};  // beside it: "1.30 [1.28, 1.31], faster"
  double low = 0.0;
  double middle = 0.0;
  double high = 0.0;
};

// One interval per row over a common axis , with a line at `reference` and a band of `margin` around it. At least one
// mark; all numbers finite.
std::string interval_plot(const std::vector<IntervalMark>& marks, double reference, double margin,
                          const std::string& axis_title);

// The plots below take seconds and draw them on logarithmic axes. They leave out values that are not positive and finite.
// Without any value the text is empty.

// A named curve over 1, 2, 3, …
struct Curve {
  std::string label = {};
  std::vector<double> values = {};
};
std::string curve_plot(const std::vector<Curve>& curves, const std::string& axis_title);

// The quantiles of some times, evenly spaced from the least to the largest.
struct Distribution {
  std::string label = {};
  std::vector<double> quantiles = {};
};
// One density per row. Marks below it show the median, the middle half and the middle 90%. The axis ends at the 99th
// percentiles: a note beside it says how slow the slowest call was.
std::string distribution_plot(const std::vector<Distribution>& distributions,
                              const std::string& axis_title);

// A value at a place on the horizontal axis.
struct TimelinePoint {
  double at = 0.0;
  double value = 0.0;
};
// A named line, interrupted between its parts.
struct Timeline {
  std::string label = {};
  std::vector<std::vector<TimelinePoint>> parts = {};
};
// All of them over one axis from 0 to the last of `ends`, where the parts end.
std::string timeline_plot(const std::vector<Timeline>& timelines, const std::vector<double>& ends,
                          const std::string& axis_title);

}  // namespace tsctl
