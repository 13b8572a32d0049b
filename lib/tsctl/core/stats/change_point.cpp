#include "tsctl/core/stats/change_point.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "tsctl/core/stats/special_functions.h"

namespace tsctl {

namespace {

// How strong the evidence of a change must be.
struct Criterion {
  double false_alarm_rate = 0.0;   // the probability of a false change each night
  double lone_night_factor = 1.0;  // how much stronger for a change in the last night alone
};

// A single outlying night is common, two in a row are not.
constexpr Criterion kProven{.false_alarm_rate = 0.002, .lone_night_factor = 2.0};
constexpr Criterion kSuspected{.false_alarm_rate = 0.05};
// The standard deviation between nights that the error within a night does not include.
constexpr double kNightDeviation = 0.005;
// Fewer nights before a change do not show the usual level.
constexpr std::size_t kMinNightsBefore = 2;

using Nights = std::span<const NightRatio>;

// Weighted sums over nights. Those of a stretch are the difference of two prefix sums.
struct Sums {
  double weight = 0.0;
  double value = 0.0;
  double square = 0.0;

  void add(double log_ratio, double w) {
    weight += w;
    value += w * log_ratio;
    square += w * log_ratio * log_ratio;
  }
  Sums without(const Sums& other) const {
    return {weight - other.weight, value - other.value, square - other.square};
  }
  double mean() const { return value / weight; }
  double residual() const { return std::max(0.0, square - value * value / weight); }
};

// The sums of the first i nights at index i. Values are relative to the first night, which keeps differences exact.
std::vector<Sums> prefix_sums(Nights nights) {
  std::vector<Sums> sums(1);
  for (const NightRatio& night : nights) {
    Sums next = sums.back();
    next.add(night.log_ratio - nights.front().log_ratio,
             1.0 / (night.log_error * night.log_error + kNightDeviation * kNightDeviation));
    sums.push_back(next);
  }
  return sums;
}

// The limit of the largest of the statistics of all splits of n nights, for changes in both directions.
double limit_for(double false_alarm_rate, std::size_t n) {
  const auto splits = static_cast<double>(n - kMinNightsBefore);
  return student_t_quantile(1.0 - false_alarm_rate / (2.0 * splits), static_cast<double>(n - 2));
}

// The standard error of the difference of the two means of n nights.
double standard_error(const Sums& before, const Sums& after, std::size_t n) {
  const double spread =
      std::sqrt((before.residual() + after.residual()) / static_cast<double>(n - 2));
  return std::max(1.0, spread) * std::sqrt(1.0 / before.weight + 1.0 / after.weight);
}

// Nights split into those before a change and those from it on.
struct Split {
  std::size_t nights_before = 0;
  double strength = 0.0;      // the statistic over its limit: a change from 1 on
  double level_before = 0.0;  // relative to the first night
  double level_after = 0.0;
};

// The split with the strongest evidence of a change. There must be at least kFewestNights.
Split best_split(Nights nights, double margin, const Criterion& criterion) {
  const std::vector<Sums> sums = prefix_sums(nights);
  const std::size_t n = nights.size();
  const double limit = limit_for(criterion.false_alarm_rate, n);
  Split best;
  for (std::size_t k = kMinNightsBefore; k < n; ++k) {
    const Sums after = sums[n].without(sums[k]);
    const double distance = std::abs(after.mean() - sums[k].mean()) - margin;
    const double factor = k + 1 == n ? criterion.lone_night_factor : 1.0;
    const double strength = distance / standard_error(sums[k], after, n) / limit / factor;
    if (best.nights_before == 0 || strength > best.strength)
      best = {k, strength, sums[k].mean(), after.mean()};
  }
  return best;
}

// The change in these nights, the first of which has the index `first` in the series.
std::optional<LevelChange> change_in(Nights nights, std::size_t first, double margin,
                                     const Criterion& criterion) {
  if (nights.size() < kFewestNights) return std::nullopt;
  const Split split = best_split(nights, margin, criterion);
  if (split.strength < 1.0) return std::nullopt;
  const double origin = nights.front().log_ratio;
  return LevelChange{.first = first + split.nights_before,
                     .found = first + nights.size() - 1,
                     .before = origin + split.level_before,
                     .after = origin + split.level_after};
}

// A drop of the last nights that is likely, but not proven.
std::optional<LevelChange> suspected_drop(Nights nights, std::size_t first, double margin) {
  const std::optional<LevelChange> change = change_in(nights, first, margin, kSuspected);
  return change && change->shift() < 0.0 ? change : std::nullopt;
}

// The smallest drop of the last two of these nights that would be found.
std::optional<double> resolution_of(Nights nights, double margin) {
  const std::size_t n = nights.size();
  if (n < kFewestNights) return std::nullopt;
  const std::vector<Sums> sums = prefix_sums(nights);
  const Sums last = sums[n].without(sums[n - 2]);
  return margin + limit_for(kProven.false_alarm_rate, n) * standard_error(sums[n - 2], last, n);
}

double level_of(Nights nights) {
  if (nights.empty()) return 0.0;
  return nights.front().log_ratio + prefix_sums(nights).back().mean();
}

}  // namespace

LevelHistory level_history(const std::vector<NightRatio>& nights, double margin) {
  const Nights series(nights);
  LevelHistory history;
  Nights previous_level;
  for (std::size_t end = 1; end <= series.size(); ++end) {
    const Nights level = series.first(end).subspan(history.first);
    const auto change = change_in(level, history.first, margin, kProven);
    if (!change) continue;
    history.changes.push_back(*change);
    previous_level = level.first(change->first - history.first);
    history.first = change->first;
  }
  const Nights level = series.subspan(history.first);
  history.level = level_of(level);
  history.suspected = suspected_drop(level, history.first, margin);
  history.resolution = resolution_of(level, margin);
  // Just after a change, the nights before it show how much nights differ.
  if (!history.resolution) history.resolution = resolution_of(previous_level, margin);
  return history;
}

}  // namespace tsctl
