#include "tsctl/core/stats/change_point.h"

#include <algorithm>
#include <cmath>

#include "tsctl/core/stats/special_functions.h"

namespace tsctl {

namespace {

// The chance of a false change each night, and the chance from which a drop is suspected.
constexpr double kProof = 0.002;
constexpr double kSuspicion = 0.05;
// What differs between two nights, but not within one.
constexpr double kNightError = 0.005;
// One wild night is common, two in a row are not.
constexpr double kLoneNightFactor = 2.0;
// Fewer nights before a change do not show what is usual.
constexpr std::size_t kFewestBefore = 2;

// Sums over nights, so that the fit of any stretch takes constant time.
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

// sums[i] is of the first i nights. Values are relative to the first night, which keeps the differences exact.
std::vector<Sums> sums_of(const std::vector<NightRatio>& nights, std::size_t begin,
                          std::size_t end) {
  std::vector<Sums> sums(1);
  for (std::size_t i = begin; i < end; ++i) {
    const double error = nights[i].log_error;
    Sums next = sums.back();
    next.add(nights[i].log_ratio - nights[begin].log_ratio,
             1.0 / (error * error + kNightError * kNightError));
    sums.push_back(next);
  }
  return sums;
}

// The limit of the largest of the statistics of all splits of n nights, for changes in both directions.
double limit_for(double chance, std::size_t n) {
  const auto splits = static_cast<double>(n - kFewestBefore);
  return student_t_quantile(1.0 - chance / (2.0 * splits), static_cast<double>(n - 2));
}

struct Split {
  std::size_t before = 0;  // nights
  double strength = 0.0;   // the statistic over its limit: proven from 1 on
  double from = 0.0;
  double to = 0.0;
};

double standard_error(const Sums& before, const Sums& after, std::size_t n) {
  const double spread =
      std::sqrt((before.residual() + after.residual()) / static_cast<double>(n - 2));
  return std::max(1.0, spread) * std::sqrt(1.0 / before.weight + 1.0 / after.weight);
}

// The split with the strongest proof, if a change in the last night alone must be `lone_factor` times as strong.
Split best_split(const std::vector<Sums>& sums, double margin, double limit, double lone_factor) {
  const std::size_t n = sums.size() - 1;
  Split best;
  for (std::size_t k = kFewestBefore; k < n; ++k) {
    const Sums after = sums[n].without(sums[k]);
    const double distance = std::abs(after.mean() - sums[k].mean()) - margin;
    const double strength =
        distance / standard_error(sums[k], after, n) / limit / (k + 1 == n ? lone_factor : 1.0);
    if (best.before == 0 || strength > best.strength)
      best = {k, strength, sums[k].mean(), after.mean()};
  }
  return best;
}

LevelChange change_from(const Split& split, std::size_t begin, std::size_t end, double origin) {
  return {.first = begin + split.before,
          .found = end - 1,
          .before = origin + split.from,
          .after = origin + split.to};
}

// The smallest drop of the last two of these nights that would be found.
std::optional<double> resolution_of(const std::vector<NightRatio>& nights, std::size_t begin,
                                    std::size_t end, double margin) {
  const std::size_t n = end - begin;
  if (n < kFewestNights) return std::nullopt;
  const std::vector<Sums> sums = sums_of(nights, begin, end);
  const Sums last = sums[n].without(sums[n - 2]);
  return margin + limit_for(kProof, n) * standard_error(sums[n - 2], last, n);
}

// A drop of the last nights that is likely, but not proven.
std::optional<LevelChange> suspicion_of(const std::vector<NightRatio>& nights, std::size_t begin,
                                        double margin) {
  const std::size_t n = nights.size() - begin;
  if (n < kFewestNights) return std::nullopt;
  const Split split =
      best_split(sums_of(nights, begin, nights.size()), margin, limit_for(kSuspicion, n), 1.0);
  if (split.to >= split.from || split.strength < 1.0) return std::nullopt;
  return change_from(split, begin, nights.size(), nights[begin].log_ratio);
}

double level_of(const std::vector<NightRatio>& nights, std::size_t begin) {
  if (begin == nights.size()) return 0.0;
  return nights[begin].log_ratio + sums_of(nights, begin, nights.size()).back().mean();
}

}  // namespace

LevelHistory level_history(const std::vector<NightRatio>& nights, double margin) {
  LevelHistory history;
  std::size_t level_before = 0;  // where the level before the last change began
  for (std::size_t end = kFewestNights; end <= nights.size(); ++end) {
    const std::size_t begin = history.first;
    if (end - begin < kFewestNights) continue;
    const Split split = best_split(sums_of(nights, begin, end), margin,
                                   limit_for(kProof, end - begin), kLoneNightFactor);
    if (split.strength < 1.0) continue;
    history.changes.push_back(change_from(split, begin, end, nights[begin].log_ratio));
    level_before = begin;
    history.first = begin + split.before;
  }
  history.level = level_of(nights, history.first);
  history.suspected = suspicion_of(nights, history.first, margin);
  history.resolution = resolution_of(nights, history.first, nights.size(), margin);
  // Just after a change the nights before it say how much nights differ.
  if (!history.resolution)
    history.resolution = resolution_of(nights, level_before, history.first, margin);
  return history;
}

}  // namespace tsctl
