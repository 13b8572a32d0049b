#include "tsctl/core/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tsctl/core/base/units.h"
#include "tsctl/core/stats/change_point.h"

namespace tsctl {

namespace {

// Half the width of a 95% interval in standard errors.
constexpr double kErrorsOfInterval = 1.959964;

// A difference of logarithms as a share: the drop from 1.
double drop_of(double log_difference) { return -std::expm1(-log_difference); }

std::optional<NightRatio> ratio_of(const HistoryNight& night) {
  if (!night.speedup || !night.speedup_low || !night.speedup_high) return std::nullopt;
  const NightRatio ratio{
      .log_ratio = std::log(*night.speedup),
      .log_error = (std::log(*night.speedup_high) - std::log(*night.speedup_low)) /
                   (2.0 * kErrorsOfInterval)};
  const bool usable =
      std::isfinite(ratio.log_ratio) && std::isfinite(ratio.log_error) && ratio.log_error >= 0.0;
  return usable ? std::optional(ratio) : std::nullopt;
}

// The nights that count.
struct ComparedNights {
  std::vector<NightRatio> ratios = {};
  std::vector<std::string> times = {};
};

HistoryChange change_from(const LevelChange& change, const ComparedNights& nights, double level,
                          double margin) {
  const bool regression = change.shift() < 0.0;
  return {.since = nights.times[change.first],
          .found = nights.times[change.found],
          .before = std::exp(change.before),
          .after = std::exp(change.after),
          .regression = regression,
          .current = regression && level < change.before - margin};
}

std::string undecided_reason(const HistorySeries& series, const HistoryCheckOptions& options) {
  if (series.suspected) {
    return fmt::format("{} may have become slower on {}; the next nights will show", series.arm,
                       series.suspected->since);
  }
  if (!series.resolution) {
    return fmt::format("{} with a speedup, and a change can be found from {} on",
                       counted(series.compared_nights, "night"), kFewestNights);
  }
  if (*series.resolution > options.detect) {
    return fmt::format("the nights vary too much: only a drop of {} would be found",
                       percent_text(*series.resolution));
  }
  return {};
}

ComparedNights compared_nights(const HistorySeries& series) {
  ComparedNights nights;
  for (const HistoryNight& night : series.nights) {
    if (const auto ratio = ratio_of(night)) {
      nights.ratios.push_back(*ratio);
      nights.times.push_back(night.time);
    }
  }
  return nights;
}

// Whether `later` continues `series` with another file as the baseline.
bool replaces(const HistorySeries& later, const HistorySeries& series) {
  return later.base_sha256 != series.base_sha256 && later.model == series.model &&
         later.arm == series.arm && later.base == series.base &&
         later.conditions == series.conditions && !later.nights.empty() && !series.nights.empty() &&
         later.nights.back().time > series.nights.back().time;
}

void check_one(HistorySeries& series, const HistoryCheckOptions& options) {
  const ComparedNights nights = compared_nights(series);
  const double margin = -std::log1p(-options.margin);
  const LevelHistory found = level_history(nights.ratios, margin);
  series.compared_nights = static_cast<std::int64_t>(nights.ratios.size());
  if (!nights.ratios.empty()) series.level = std::exp(found.level);
  if (found.resolution) series.resolution = drop_of(*found.resolution);
  for (const LevelChange& change : found.changes)
    series.changes.push_back(change_from(change, nights, found.level, margin));
  if (found.suspected)
    series.suspected = change_from(*found.suspected, nights, found.suspected->after, margin);
  const bool regression = std::ranges::any_of(
      series.changes, [](const HistoryChange& change) { return change.current; });
  series.reason = regression ? std::string() : undecided_reason(series, options);
  series.verdict = regression               ? HistoryVerdict::regression
                   : !series.reason.empty() ? HistoryVerdict::undecided
                                            : HistoryVerdict::unchanged;
}

}  // namespace

void check(std::vector<HistorySeries>& series, const HistoryCheckOptions& options) {
  for (HistorySeries& one : series) {
    if (one.base.empty()) continue;
    const bool replaced = std::ranges::any_of(
        series, [&](const HistorySeries& other) { return replaces(other, one); });
    if (replaced) {
      one.reason = "the file of the baseline was replaced";
    } else {
      check_one(one, options);
    }
  }
}

HistoryVerdict verdict_of(const std::vector<HistorySeries>& series) {
  const auto any = [&](HistoryVerdict verdict) {
    return std::ranges::any_of(series,
                               [&](const HistorySeries& one) { return one.verdict == verdict; });
  };
  if (any(HistoryVerdict::regression)) return HistoryVerdict::regression;
  if (any(HistoryVerdict::undecided) || !any(HistoryVerdict::unchanged))
    return HistoryVerdict::undecided;
  return HistoryVerdict::unchanged;
}

}  // namespace tsctl
