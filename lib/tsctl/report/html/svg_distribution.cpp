#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "tsctl/core/base/units.h"
#include "tsctl/core/stats/percentile.h"
#include "tsctl/core/stats/statistics.h"
#include "tsctl/report/html/svg.h"
#include "tsctl/report/html/svg_parts.h"

namespace tsctl {

namespace {

constexpr double kRowHeight = 70.0;
constexpr double kHillHeight = 44.0;  // of the densest place of each row
constexpr double kBoxBelow = 9.0;     // the box's middle, below the hill's foot
constexpr double kAxisHeight = 44.0;
constexpr std::size_t kBins = 180;
constexpr int kSmoothing = 3;  // bins to each side, in a triangular window

bool can_be_drawn(const Distribution& distribution) {
  const std::vector<double>& quantiles = distribution.quantiles;
  return quantiles.size() > 2 && std::ranges::is_sorted(quantiles) &&
         std::ranges::all_of(quantiles, svg::is_a_time);
}

// The share of the times in each bin. Between two neighbouring quantiles lies the same share, spread evenly.
std::vector<double> density(const std::vector<double>& quantiles, double low, double high) {
  std::vector<double> bins(kBins, 0.0);
  const double width = (high - low) / static_cast<double>(kBins);
  const auto edge = [&](double seconds) { return (std::log10(seconds) - low) / width; };
  for (std::size_t i = 0; i + 1 < quantiles.size(); ++i) {
    const double from = edge(quantiles[i]);
    const double to = edge(quantiles[i + 1]);
    const auto first = static_cast<std::ptrdiff_t>(std::floor(std::max(from, 0.0)));
    for (auto bin = first; bin < static_cast<std::ptrdiff_t>(kBins); ++bin) {
      const auto begin = static_cast<double>(bin);
      if (begin > to) break;
      const double inside = std::min(to, begin + 1.0) - std::max(from, begin);
      bins[static_cast<std::size_t>(bin)] +=
          to > from ? std::max(inside, 0.0) / (to - from) : (from < begin + 1.0 ? 1.0 : 0.0);
    }
  }
  return bins;
}

std::vector<double> smoothed(const std::vector<double>& bins) {
  std::vector<double> smooth(bins.size(), 0.0);
  const auto count = static_cast<std::ptrdiff_t>(bins.size());
  for (std::ptrdiff_t i = 0; i < count; ++i) {
    for (std::ptrdiff_t shift = -kSmoothing; shift <= kSmoothing; ++shift) {
      if (i + shift < 0 || i + shift >= count) continue;
      const auto weight = static_cast<double>(kSmoothing + 1 - std::abs(shift));
      smooth[static_cast<std::size_t>(i)] += weight * bins[static_cast<std::size_t>(i + shift)];
    }
  }
  return smooth;
}

std::string hill(const std::vector<double>& quantiles, const svg::Scale& across, double foot,
                 std::size_t series) {
  const std::vector<double> bins = smoothed(density(quantiles, across.low, across.high));
  const double highest = *std::ranges::max_element(bins);
  if (!(highest > 0.0)) return {};
  const double step = (across.end - across.begin) / static_cast<double>(kBins);
  std::vector<svg::Point> points{{across.begin, foot}};
  for (std::size_t i = 0; i < bins.size(); ++i) {
    points.push_back({across.begin + (static_cast<double>(i) + 0.5) * step,
                      foot - kHillHeight * bins[i] / highest});
  }
  points.push_back({across.end, foot});
  return svg::polygon(points, "area hill " + svg::series_class(series));
}

std::string box(const std::vector<double>& quantiles, const svg::Scale& across, double y) {
  const auto x = [&](double share) {
    return std::clamp(across.at(std::log10(quantile_of_sorted(quantiles, share))), across.begin,
                      across.end);
  };
  return svg::line_from(x(0.05), y, x(0.95), y, "whisker") +
         svg::line_from(x(0.25), y, x(0.75), y, "box") +
         svg::line_from(x(0.5), y - 6.0, x(0.5), y + 6.0, "median");
}

svg::Scale common_scale(const std::vector<Distribution>& distributions) {
  double low = std::numeric_limits<double>::infinity();
  double high = 0.0;
  for (const Distribution& distribution : distributions) {
    low = std::min(low, quantile_of_sorted(distribution.quantiles, 0.01));
    high = std::max(high, quantile_of_sorted(distribution.quantiles, 0.99));
  }
  const double room = 0.03 * std::log10(high / low) + 0.002;
  return {.low = std::log10(low) - room,
          .high = std::log10(high) + room,
          .begin = svg::kLabelWidth,
          .end = svg::kWidth - svg::kNoteWidth};
}

}  // namespace

std::string distribution_plot(const std::vector<Distribution>& distributions,
                              const std::string& axis_title) {
  std::vector<Distribution> drawn;
  std::vector<std::size_t> series;  // an arm keeps its colour when one before it has no quantiles
  for (std::size_t i = 0; i < distributions.size(); ++i) {
    if (!can_be_drawn(distributions[i])) continue;
    drawn.push_back(distributions[i]);
    series.push_back(i);
  }
  if (drawn.empty()) return {};
  const svg::Scale across = common_scale(drawn);
  const double bottom = kRowHeight * static_cast<double>(drawn.size()) + 6.0;
  std::string plot = svg::begin(svg::kWidth, bottom + kAxisHeight, axis_title);
  for (const double tick :
       svg::logarithmic_ticks(std::pow(10.0, across.low), std::pow(10.0, across.high))) {
    const double x = across.at(std::log10(tick));
    plot += svg::line_from(x, 0.0, x, bottom, "grid");
    plot += svg::text_at(x, bottom + 17.0, seconds_text(tick), "middle");
  }
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    const std::vector<double>& quantiles = drawn[i].quantiles;
    const double foot = kRowHeight * static_cast<double>(i) + kHillHeight + 6.0;
    plot += svg::fitted_text_at(0.0, foot - 8.0, drawn[i].label, svg::kLabelWidth - 8.0);
    plot += hill(quantiles, across, foot, series[i]);
    plot += box(quantiles, across, foot + kBoxBelow);
    const auto at = [&](double share) {
      return seconds_text(quantile_of_sorted(quantiles, share));
    };
    double y = foot - 26.0;
    for (const std::string& line :
         {fmt::format("median {}", at(0.5)), fmt::format("5% to 95%: {} to {}", at(0.05), at(0.95)),
          fmt::format("fastest {}, slowest {}", at(0.0), at(1.0))}) {
      plot += svg::fitted_text_at(across.end + 12.0, y, line, svg::kNoteWidth - 12.0);
      y += 16.0;
    }
  }
  plot += svg::line_from(across.begin, bottom, across.end, bottom, "axis");
  plot += svg::text_at((across.begin + across.end) / 2.0, bottom + 35.0, axis_title, "middle");
  return plot + "</svg>\n";
}

}  // namespace tsctl
