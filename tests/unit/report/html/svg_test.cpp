#include "tsctl/report/html/svg.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <regex>
#include <string>
#include <tuple>
#include <vector>

#include "tsctl/report/html/svg_parts.h"

namespace tsctl {
namespace {

// All numbers of an attribute, of every element that `element` matches.
std::vector<double> numbers_of(const std::string& plot, const std::string& element,
                               const std::string& attribute) {
  std::vector<double> numbers;
  const std::regex tag("<" + element + "[^>]* " + attribute + "=\"([^\"]*)\"");
  for (std::sregex_iterator at(plot.begin(), plot.end(), tag), end; at != end; ++at) {
    const std::string text = (*at)[1];
    const std::regex number("-?[0-9.]+");
    for (std::sregex_iterator one(text.begin(), text.end(), number); one != end; ++one)
      numbers.push_back(std::stod(one->str()));
  }
  return numbers;
}

// Every second number from `first` on: the x or the y of points.
std::vector<double> every_second(const std::vector<double>& numbers, std::size_t first) {
  std::vector<double> chosen;
  for (std::size_t i = first; i < numbers.size(); i += 2) chosen.push_back(numbers[i]);
  return chosen;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

// Quantiles of times spread evenly on the logarithm from low to high.
std::vector<double> spread(double low, double high) {
  std::vector<double> quantiles;
  for (int i = 0; i <= 100; ++i) quantiles.push_back(low * std::pow(high / low, i / 100.0));
  return quantiles;
}

TEST(LinearTicks, are_round_and_lie_within) {
  EXPECT_EQ(svg::linear_ticks(0.0, 1.0),
            (std::vector<double>{0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0}));
  for (const auto& [low, high] :
       {std::pair{0.93, 1.47}, {0.995, 1.005}, {1.0, 250.0}, {-3.0, 11.0}}) {
    const std::vector<double> ticks = svg::linear_ticks(low, high);
    EXPECT_GE(ticks.size(), 3U) << low;
    EXPECT_LE(ticks.size(), 6U) << low;
    EXPECT_GE(ticks.front(), low - 1e-9);
    EXPECT_LE(ticks.back(), high + 1e-9);
  }
}

TEST(LogarithmicTicks, are_linear_on_a_short_axis_and_powers_of_ten_on_a_long_one) {
  EXPECT_EQ(svg::logarithmic_ticks(1.0, 2.0), svg::linear_ticks(1.0, 2.0));
  EXPECT_EQ(svg::logarithmic_ticks(0.9, 21.0).size(), 5U);  // 1, 2, 5, 10, 20
  const std::vector<double> decades = svg::logarithmic_ticks(1e-5, 1.0);
  ASSERT_EQ(decades.size(), 6U);
  EXPECT_NEAR(decades[2], 1e-3, 1e-12);
  EXPECT_EQ(svg::logarithmic_ticks(1e-12, 1.0).size(), 3U);
}

TEST(DistributionPlot, has_its_highest_place_where_most_calls_lie) {
  // Four fifths between 1 and 1.1 ms, the others evenly up to 2 ms.
  std::vector<double> quantiles;
  for (int i = 0; i <= 80; ++i) quantiles.push_back(1e-3 * (1.0 + 0.1 * i / 80.0));
  for (int i = 1; i <= 20; ++i) quantiles.push_back(1e-3 * (1.1 + 0.9 * i / 20.0));
  const std::string plot = distribution_plot({{.label = "a", .quantiles = quantiles}}, "time");
  const std::vector<double> points = numbers_of(plot, "polygon", "points");
  const std::vector<double> x = every_second(points, 0);
  const std::vector<double> y = every_second(points, 1);
  const auto highest = static_cast<std::size_t>(std::ranges::min_element(y) - y.begin());
  // 1.05 ms lies at about 0.07 of the way from 1 to 2 on a logarithmic axis.
  EXPECT_LT(x[highest],
            svg::kLabelWidth + 0.2 * (svg::kWidth - svg::kLabelWidth - svg::kNoteWidth));
  EXPECT_NE(plot.find("median 1.0"), std::string::npos);
  EXPECT_NE(plot.find("slowest 2"), std::string::npos);
}

TEST(DistributionPlot, places_the_box_by_the_quantiles) {
  const std::string plot =
      distribution_plot({{.label = "a", .quantiles = spread(1e-3, 1e-1)}}, "time");
  const double middle = (svg::kLabelWidth + svg::kWidth - svg::kNoteWidth) / 2.0;
  EXPECT_NEAR(numbers_of(plot, "line class=\"median\"", "x1").at(0), middle, 1.0);
  const double left = numbers_of(plot, "line class=\"box\"", "x1").at(0);
  const double right = numbers_of(plot, "line class=\"box\"", "x2").at(0);
  EXPECT_NEAR(middle - left, right - middle, 0.1);
  const double end = numbers_of(plot, "line class=\"whisker\"", "x2").at(0);
  EXPECT_NEAR((end - middle) / (right - middle), 1.8, 0.01);
}

TEST(DistributionPlot, gives_each_arm_a_row_of_its_own_inside_the_picture) {
  const std::string plot = distribution_plot({{.label = "a", .quantiles = spread(1e-3, 2e-3)},
                                              {.label = "none"},
                                              {.label = "b", .quantiles = spread(5e-4, 1e-2)}},
                                             "time");
  EXPECT_EQ(count_of(plot, "<polygon"), 2U);
  EXPECT_NE(plot.find("hill series0"), std::string::npos);
  EXPECT_NE(plot.find("hill series2"), std::string::npos);
  const double height = numbers_of(plot, "svg", "viewBox").at(3);
  for (const double y : every_second(numbers_of(plot, "polygon", "points"), 1)) {
    EXPECT_GE(y, 0.0);
    EXPECT_LE(y, height);
  }
}

TEST(DistributionPlot, draws_times_that_are_all_equal) {
  const std::string plot =
      distribution_plot({{.label = "a", .quantiles = std::vector<double>(101, 2e-3)}}, "time");
  EXPECT_EQ(count_of(plot, "<polygon"), 1U);
  EXPECT_EQ(plot.find("nan"), std::string::npos);
  EXPECT_EQ(plot.find("inf"), std::string::npos);
}

TEST(DistributionPlot, leaves_out_what_are_no_quantiles) {
  EXPECT_EQ(distribution_plot({}, "time"), "");
  EXPECT_EQ(distribution_plot({{.label = "a"}}, "time"), "");
  EXPECT_EQ(distribution_plot({{.label = "a", .quantiles = {0.0, 1.0, 2.0}}}, "time"), "");
  EXPECT_EQ(distribution_plot({{.label = "a", .quantiles = {3.0, 2.0, 1.0}}}, "time"), "");
  const double infinite = std::numeric_limits<double>::infinity();
  EXPECT_EQ(distribution_plot({{.label = "a", .quantiles = {1.0, 2.0, infinite}}}, "time"), "");
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(distribution_plot({{.label = "a", .quantiles = {1.0, nan, 2.0}}}, "time"), "");
}

TEST(TimelinePlot, draws_a_line_for_each_part_and_an_upright_one_between_them) {
  const std::string plot = timeline_plot(
      {{.label = "a", .parts = {{{0.5, 1e-3}, {1.5, 2e-3}}, {{2.5, 1e-3}, {3.5, 1e-3}}}},
       {.label = "b", .parts = {{{0.5, 4e-3}}, {}}}},
      {2.0, 4.0}, "round");
  EXPECT_EQ(count_of(plot, "<polyline"), 2U);
  EXPECT_EQ(count_of(plot, "<circle"), 1U);  // one point alone is no line
  EXPECT_EQ(count_of(plot, "class=\"border\""), 1U);
  const std::vector<double> points = numbers_of(plot, "polyline", "points");
  const double border = numbers_of(plot, "line class=\"border\"", "x1").at(0);
  EXPECT_LT(points[2], border);
  EXPECT_GT(points[4], border);
  EXPECT_GT(points[1], points[3]) << "more seconds are further up";
  EXPECT_LT(numbers_of(plot, "circle", "cy").at(0), points[3]);
}

TEST(TimelinePlot, leaves_out_what_is_no_time) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(timeline_plot({}, {1.0}, "round"), "");
  EXPECT_EQ(timeline_plot({{.label = "a", .parts = {{{0.5, 0.0}, {1.5, nan}}}}}, {2.0}, "round"),
            "");
  EXPECT_EQ(timeline_plot({{.label = "a", .parts = {{{0.5, 1.0}}}}}, {}, "round"), "");
  const std::string plot = timeline_plot(
      {{.label = "a", .parts = {{{0.5, 1e-3}, {1.0, nan}, {1.5, 1e-3}}}}}, {2.0}, "x");
  EXPECT_EQ(numbers_of(plot, "polyline", "points").size(), 4U);
  EXPECT_EQ(plot.find("nan"), std::string::npos);
}

TEST(CurvePlot, draws_every_value_of_every_curve) {
  const std::string plot = curve_plot(
      {{.label = "a", .values = {3e-3, 1e-3, 1e-3}}, {.label = "b", .values = {2e-3, 2e-3}}},
      "call");
  EXPECT_EQ(count_of(plot, "<polyline"), 2U);
  EXPECT_EQ(numbers_of(plot, "polyline", "points").size(), 10U);
  EXPECT_EQ(curve_plot({{.label = "a"}}, "call"), "");
}

TEST(IntervalPlot, places_every_interval_between_its_ends) {
  const std::string plot =
      interval_plot({{.label = "a", .note = "n", .low = 0.9, .middle = 1.0, .high = 1.1},
                     {.label = "b", .note = "n", .low = 1.3, .middle = 1.4, .high = 1.5}},
                    {.title = "ratio", .margin = 0.01});
  const std::vector<double> begins = numbers_of(plot, "line class=\"interval\"", "x1");
  const std::vector<double> ends = numbers_of(plot, "line class=\"interval\"", "x2");
  const std::vector<double> middles = numbers_of(plot, "circle", "cx");
  const double reference = numbers_of(plot, "line class=\"axis reference\"", "x1").at(0);
  ASSERT_EQ(middles.size(), 2U);
  EXPECT_NEAR(middles[0], reference, 0.1);
  EXPECT_LT(begins[1], middles[1]);
  EXPECT_GT(ends[1], middles[1]);
  EXPECT_GT(begins[1], ends[0]);
  EXPECT_LT(ends[1], svg::kWidth - svg::kNoteWidth);
  EXPECT_EQ(plot.find("class=\"cut\""), std::string::npos);
  EXPECT_EQ(plot.find("arrow"), std::string::npos);
}

TEST(IntervalPlot, marks_both_ends_of_an_interval_that_leaves_the_axis) {
  const std::string plot =
      interval_plot({{.label = "a", .note = "n", .low = 0.012, .middle = 0.367, .high = 11.2},
                     {.label = "b", .note = "n", .low = 1.3, .middle = 1.4, .high = 1.5}},
                    {.title = "ratio", .margin = 0.01});
  EXPECT_EQ(count_of(plot, "<polygon class=\"cut\""), 2U);
  EXPECT_NE(plot.find("An arrow marks an interval that continues beyond the axis"),
            std::string::npos);
  const double begin = svg::kLabelWidth;
  const double end = svg::kWidth - svg::kNoteWidth;
  EXPECT_NEAR(numbers_of(plot, "line class=\"interval\"", "x1").at(0), begin, 0.01);
  EXPECT_NEAR(numbers_of(plot, "line class=\"interval\"", "x2").at(0), end, 0.01);
}

TEST(IntervalPlot, draws_an_interval_that_fits_without_a_mark_at_its_real_ends) {
  const std::string plot =
      interval_plot({{.label = "a", .low = 0.2, .middle = 0.5, .high = 2.0}}, {.title = "ratio"});
  EXPECT_EQ(plot.find("class=\"cut\""), std::string::npos);
  const double low = numbers_of(plot, "line class=\"interval\"", "x1").at(0);
  const double high = numbers_of(plot, "line class=\"interval\"", "x2").at(0);
  const double one = numbers_of(plot, "line class=\"axis reference\"", "x1").at(0);
  // On a logarithmic axis 0.2 to 1 is longer than 1 to 2, as log(5) is than log(2).
  EXPECT_NEAR((one - low) / (high - one), std::log(5.0) / std::log(2.0), 0.01);
}

TEST(IntervalPlot, draws_the_limit_of_a_gate_inside_the_picture) {
  const std::string plot =
      interval_plot({{.label = "a", .low = 1.2, .middle = 1.3, .high = 1.4}},
                    {.title = "ratio", .limit = 0.95, .limit_name = "limit 0.950"});
  const double limit = numbers_of(plot, "line class=\"limit\"", "x1").at(0);
  EXPECT_GT(limit, svg::kLabelWidth);
  EXPECT_LT(limit, numbers_of(plot, "line class=\"axis reference\"", "x1").at(0));
  EXPECT_NE(plot.find(">limit 0.950</text>"), std::string::npos);
}

TEST(IntervalPlot, has_no_negative_zero_and_no_tick_below_zero) {
  for (const double low : {1e-9, 0.012, 0.5, 0.999}) {
    const std::string plot = interval_plot(
        {{.label = "a", .low = low, .middle = 1.0, .high = 1.0 / low}}, {.title = "ratio"});
    EXPECT_EQ(plot.find("-0.00"), std::string::npos) << plot;
    EXPECT_EQ(plot.find(">-"), std::string::npos) << plot;
    EXPECT_EQ(plot.find("nan"), std::string::npos) << plot;
  }
  EXPECT_EQ(svg::number(-0.001), "0.00");
}

TEST(IntervalPlot, leaves_out_what_is_no_ratio) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinite = std::numeric_limits<double>::infinity();
  EXPECT_EQ(interval_plot({}, {}), "");
  for (const auto& [low, middle, high] :
       {std::tuple{nan, 1.0, 2.0}, {0.5, nan, 2.0}, {0.5, -1.0, 2.0}, {2.0, 1.0, 0.5}}) {
    EXPECT_EQ(interval_plot({{.label = "a", .low = low, .middle = middle, .high = high}}, {}), "");
  }
  const std::string plot = interval_plot(
      {{.label = "a", .low = -1.0, .middle = 1.0, .high = infinite}}, {.title = "ratio"});
  EXPECT_EQ(count_of(plot, "class=\"cut\""), 2U);
  EXPECT_EQ(plot.find("nan"), std::string::npos);
}

TEST(RatioTick, tells_neighbours_apart) {
  EXPECT_EQ(svg::ratio_tick(1.25), "1.25");
  EXPECT_EQ(svg::ratio_tick(1.0), "1.0");
  EXPECT_EQ(svg::ratio_tick(0.001), "0.001");
  EXPECT_EQ(svg::ratio_tick(1.002), "1.002");
}

TEST(NightsPlot, draws_every_night_with_its_interval_and_every_change) {
  const std::string plot =
      nights_plot({{.label = "2026-05-01", .value = 1.3, .low = 1.2, .high = 1.4},
                   {.label = "2026-05-02", .value = 0.0},
                   {.label = "2026-05-03", .value = 1.1}},
                  {{.first = 2, .note = "1.30 to 1.10"}}, false, "speedup");
  EXPECT_EQ(count_of(plot, "<circle"), 2U);
  EXPECT_NE(plot.find("<title>2026-05-01</title>"), std::string::npos);
  const double change = numbers_of(plot, "line class=\"limit\"", "x1").at(0);
  const std::vector<double> nights = numbers_of(plot, "circle", "cx");
  EXPECT_GT(change, nights[0]);
  EXPECT_LT(change, nights[1]);
  EXPECT_NE(plot.find(">1.30 to 1.10</text>"), std::string::npos);
  EXPECT_EQ(nights_plot({}, {}, false, "speedup"), "");
  EXPECT_EQ(nights_plot({{.label = "a", .value = -1.0}}, {}, false, "speedup"), "");
}

TEST(NightsPlot, names_no_more_nights_than_fit) {
  std::vector<NightMark> nights(200, NightMark{.label = "2026-05-01 02:00", .value = 1e-3});
  const std::string plot = nights_plot(nights, {}, true, "median");
  EXPECT_EQ(count_of(plot, "<circle"), 200U);
  EXPECT_LE(count_of(plot, ">2026-05-01 02:00</text>"), 8U);
  EXPECT_EQ(plot.find("nan"), std::string::npos);
}

TEST(Plots, escape_and_cut_what_arms_are_called) {
  const std::string label = "<script>alert(\"1\")</script> & a name that is much too long";
  const std::vector<std::string> plots{
      interval_plot({{.label = label, .note = label, .low = 0.9, .middle = 1.0, .high = 1.1}},
                    {.title = label, .margin = 0.01, .limit = 0.9, .limit_name = label}),
      nights_plot({{.label = label, .value = 1.0}}, {{.first = 0, .note = label}}, false, label),
      curve_plot({{.label = label, .values = {1.0, 2.0}}}, label),
      distribution_plot({{.label = label, .quantiles = spread(1.0, 2.0)}}, label)};
  for (const std::string& plot : plots) {
    EXPECT_EQ(plot.find("<script"), std::string::npos) << plot;
    EXPECT_NE(plot.find("&lt;script&gt;alert(&quot;1&quot;)"), std::string::npos) << plot;
  }
  EXPECT_NE(plots[3].find("<title>&lt;script"), std::string::npos);
  EXPECT_NE(plots[3].find("…</text>"), std::string::npos);
}

TEST(FittedText, never_cuts_a_letter_in_two) {
  const std::string text = svg::fitted_text_at(0.0, 0.0, "ééééééééééé", 5.5 * svg::kLetterWidth);
  EXPECT_NE(text.find(">éééé…<"), std::string::npos) << text;
}

}  // namespace
}  // namespace tsctl
