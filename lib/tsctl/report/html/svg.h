#pragma once

#include <optional>
#include <string>
#include <vector>

// The plots of a page. Each has its own source file, named above it; svg_parts.h has what they are made of.
namespace tsctl {

// svg_interval.cpp

// A ratio with the ends of its interval, drawn as a dot on a bar.
struct IntervalMark {
  std::string label = {};
  std::string note = {};  // beside it: "1.30 [1.28, 1.31], faster"
  double low = 0.0;
  double middle = 0.0;
  double high = 0.0;
};
struct IntervalAxis {
  std::string title = {};
  double reference = 1.0;
  double margin = 0.0;               // a band around the reference
  std::optional<double> limit = {};  // a line, such as the limit of a gate
  std::string limit_name = {};
};
// One interval per row over a common logarithmic axis. An interval that is much wider than its middle is cut: an arrow
// and a sentence below the plot say so. Ratios that are not positive and finite are left out; empty without any.
std::string interval_plot(const std::vector<IntervalMark>& marks, const IntervalAxis& axis);

// svg_nights.cpp

// A ratio or a time in one night.
struct NightMark {
  std::string label = {};  // the night
  double value = 0.0;
  std::optional<double> low = {};  // of its interval
  std::optional<double> high = {};
};
// A change of the level between two nights.
struct NightChange {
  std::size_t first = 0;  // the first night of the new level
  std::string note = {};
};
// The nights of one series from left to right, with their intervals and the changes, on a logarithmic axis. `is_time`:
// the values are seconds. Values that are not positive and finite are left out; empty without any.
std::string nights_plot(const std::vector<NightMark>& nights,
                        const std::vector<NightChange>& changes, bool is_time,
                        const std::string& title);

// The plots below take seconds and draw them on logarithmic axes. They leave out values that are not positive and finite.
// Without any value the text is empty.

// svg_timeline.cpp

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

// A named curve over 1, 2, 3, …
struct Curve {
  std::string label = {};
  std::vector<double> values = {};
};
std::string curve_plot(const std::vector<Curve>& curves, const std::string& axis_title);

// svg_distribution.cpp

// The quantiles of some times, evenly spaced from the least to the largest.
struct Distribution {
  std::string label = {};
  std::vector<double> quantiles = {};
};
// One density per row. Marks below it show the median, the middle half and the middle 90%. The axis ends at the 99th
// percentiles: a note beside it says how slow the slowest call was.
std::string distribution_plot(const std::vector<Distribution>& distributions,
                              const std::string& axis_title);

}  // namespace tsctl
