#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tsctl/core/base/enum_names.h"
#include "tsctl/core/base/field.h"
#include "tsctl/core/bench_vocabulary.h"

namespace tsctl {

// The member names of these structs are the keys of a history: added to, never renamed.

inline constexpr const char* kHistorySchema = "tsctl.history/1";

// What a check of one series found.
enum class HistoryVerdict { unchanged, regression, undecided };

constexpr auto names_of(HistoryVerdict) {
  using enum HistoryVerdict;
  return std::to_array<Named<HistoryVerdict>>({
      {unchanged, "unchanged"},
      {regression, "regression"},
      {undecided, "undecided"},
  });
}

enum class HistoryMetric { speedup, median };

constexpr auto names_of(HistoryMetric) {
  using enum HistoryMetric;
  return std::to_array<Named<HistoryMetric>>({
      {speedup, "speedup"},
      {median, "median"},
  });
}

// One arm in one report.
struct HistoryNight {
  std::string time = {};
  std::string host = {};
  std::string report = {};
  std::vector<std::string> tags = {};
  std::string torch_version = {};
  std::string tool_version = {};
  std::string sha256 = {};
  std::string outputs = {};
  std::string speed = {};
  std::optional<double> median_s = {};
  std::optional<double> p99_s = {};
  std::optional<double> speedup = {};
  std::optional<double> speedup_low = {};
  std::optional<double> speedup_high = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, HistoryNight& value) {
  visit("time", value.time, "When the report was made");
  visit("host", value.host, "Where; empty if the report does not say it");
  visit("report", value.report, "The digest of the report in the history");
  visit("tags", value.tags, "KEY=VALUE of the report");
  visit("torch_version", value.torch_version, "The version of torch");
  visit("tool_version", value.tool_version, "The version of tsctl");
  visit("sha256", value.sha256, "Digest of the arm's file; empty if the report has none");
  visit("outputs", value.outputs, "How the arm's outputs compare with those of the reference");
  visit("speed", value.speed, "The verdict of the bench");
  visit("median_s", value.median_s, "Median seconds of a call");
  visit("p99_s", value.p99_s, "The 99th percentile");
  visit("speedup", value.speedup, "Time of the baseline over time of the arm");
  visit("speedup_low", value.speedup_low, "The lower end of its 95% interval");
  visit("speedup_high", value.speedup_high, "The upper end");
}

// A change of a series' level.
struct HistoryChange {
  std::string since = {};
  std::string found = {};
  double before = 0.0;
  double after = 0.0;
  bool regression = false;
  bool current = false;
};

template <typename Visitor>
void visit_fields(Visitor& visit, HistoryChange& value) {
  visit("since", value.since, "Time of the first night of the new level");
  visit("found", value.found, "Time of the night that proved the change");
  visit("before", value.before, Field("The speedup before").finite());
  visit("after", value.after, Field("The speedup from then on").finite());
  visit("regression", value.regression, "Whether the arm became slower");
  visit("current", value.current, "Whether the level is still lower than before");
}

// An arm, under the same conditions, compared with the same baseline.
struct HistorySeries {
  std::string model = {};
  std::string arm = {};
  std::string base = {};
  std::string base_sha256 = {};
  std::string conditions = {};
  std::vector<HistoryNight> nights = {};
  std::optional<HistoryVerdict> verdict = {};
  std::string reason = {};
  std::int64_t compared_nights = 0;
  std::optional<double> level = {};
  std::optional<double> resolution = {};
  std::vector<HistoryChange> changes = {};
  std::optional<HistoryChange> suspected = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, HistorySeries& value) {
  visit("model", value.model, "The model");
  visit("arm", value.arm, "The label of the arm");
  visit("base", value.base, "The label of its baseline; empty for a baseline");
  visit("base_sha256", value.base_sha256, "Digest of the baseline's file");
  visit("conditions", value.conditions, "Device, threads, processor, input set and load");
  visit("nights", value.nights, "The reports in the order of their times");
  visit("verdict", value.verdict, "The result of the check; empty if the series was not checked");
  visit("reason", value.reason, "Why it is undecided, or was not checked");
  visit("compared_nights", value.compared_nights, "Nights with a speedup and an interval");
  visit("level", value.level, "The mean speedup since the last change");
  visit("resolution", value.resolution,
        "The smallest drop of the last two nights that would be found; null for too few nights");
  visit("changes", value.changes, "Changes of the level");
  visit("suspected", value.suspected, "A drop that is likely, but not proven");
}

struct History {
  std::string schema = kHistorySchema;
  std::vector<HistorySeries> series = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, History& value) {
  visit("schema", value.schema, "The name of this schema");
  visit("series", value.series, "One for each arm, model, baseline and set of conditions");
}

struct HistoryCheckOptions {
  double margin = 0.01;  // smaller changes of the ratio do not count
  double detect = 0.20;  // a drop that two nights must prove, or the check is undecided
};

// Looks for changes of the speedup in each series, night by night, and sets its verdict and what it rests on. Nights
// without a speedup or an interval do not count. A baseline has no verdict. Neither has a series whose baseline was
// replaced by another file: a later series has the same arm and label of the baseline.
void check(std::vector<HistorySeries>& series, const HistoryCheckOptions& options);

// The verdict of all: a regression before a series that is undecided. Undecided if there is nothing to compare.
HistoryVerdict verdict_of(const std::vector<HistorySeries>& series);

}  // namespace tsctl
