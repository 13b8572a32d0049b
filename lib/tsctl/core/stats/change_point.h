#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace tsctl {

// The logarithm of a ratio that was measured in one night, and the standard error of that logarithm within the night.
struct NightRatio {
  double log_ratio = 0.0;
  double log_error = 0.0;
};

// The level of a series changed: the nights from `first` on differ from those before.
struct LevelChange {
  std::size_t first = 0;
  std::size_t found = 0;  // the night with whose result the change was proven
  double before = 0.0;    // the levels on both sides, as logarithms
  double after = 0.0;

  double shift() const noexcept { return after - before; }
};

struct LevelHistory {
  std::vector<LevelChange> changes = {};
  // A drop in the last nights that is likely, but not proven.
  std::optional<LevelChange> suspected = {};
  // The smallest drop of the last two nights that would be found; no value for too few nights to find any.
  std::optional<double> resolution = {};
  double level = 0.0;     // since the last change, as a logarithm
  std::size_t first = 0;  // of the nights since the last change
};

// The fewest nights since the last change from which a change can be found.
inline constexpr std::size_t kFewestNights = 4;

// Replays the nights in their order, as a check after every night would see them, and looks for a change of the level
// that is larger than `margin` (a difference of logarithms). After a change it starts again from the night of the change.
//
// For n nights every split into k nights before and n - k after is tested with a two-sample t statistic; nights are
// weighted by their errors. The largest statistic decides (Hawkins, Qiu and Kang 2003, "The Changepoint Model for
// Statistical Process Control", Journal of Quality Technology 35:355-366); the limit is Student's quantile with
// Bonferroni's correction for the number of splits. The standard error is scaled by the residuals, but never below what
// the nights' own errors say (Birge 1932, "The Calculation of Errors by the Method of Least Squares", Physical Review
// 40:207-227). A change in the last night alone must be twice as far from zero as the limit.
LevelHistory level_history(const std::vector<NightRatio>& nights, double margin);

}  // namespace tsctl
