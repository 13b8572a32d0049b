#include "tsctl/core/span_recorder.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "tsctl/core/stats/statistics.h"

namespace tsctl {

namespace {

// Sums places by name and sorts them by self time, largest first.
class Ranking {
 public:
  void add(const std::string& name, const std::string& detail, std::int64_t count, double self_s) {
    const auto [found, added] = index_.emplace(name, lines_.size());
    if (added) lines_.push_back({.name = name, .detail = detail});
    ProfileLine& line = lines_[found->second];
    if (line.detail != detail) line.detail.clear();
    line.count += count;
    line.self_s += self_s;
  }

  std::vector<ProfileLine> ranked(double calls, double all_s) && {
    for (ProfileLine& line : lines_) {
      line.share = line.self_s / all_s;
      line.self_s /= calls;
    }
    std::ranges::stable_sort(
        lines_, [](const auto& left, const auto& right) { return left.self_s > right.self_s; });
    return std::move(lines_);
  }

 private:
  std::map<std::string, std::size_t> index_ = {};
  std::vector<ProfileLine> lines_ = {};
};

}  // namespace

SpanRecorder::SpanRecorder(std::vector<ProfilePlace> places, Clock now_s, int traced_calls)
    : places_(std::move(places)),
      now_s_(std::move(now_s)),
      traced_calls_(static_cast<std::size_t>(std::max(traced_calls, 0))),
      counts_(places_.size()) {}

void SpanRecorder::begin_call() {
  open_.clear();
  call_ = {.self_s = std::vector<double>(places_.size())};
  call_.start_s = now_s_();
}

void SpanRecorder::enter(std::size_t place) {
  Open& open = open_.emplace_back(Open{.place = place, .entered_s = now_s_()});
  open.start_s = now_s_();
  call_.overhead_s += open.start_s - open.entered_s;
}

void SpanRecorder::leave() {
  const double end_s = now_s_();
  const Open open = open_.back();
  open_.pop_back();
  ++counts_[open.place];
  call_.self_s[open.place] += std::max(0.0, end_s - open.start_s - open.inner_s);
  if (traced())
    executions_.push_back(
        {.place = open.place, .start_s = open.start_s, .duration_s = end_s - open.start_s});
  const double left_s = now_s_();
  call_.overhead_s += left_s - end_s;
  if (!open_.empty()) open_.back().inner_s += left_s - open.entered_s;
}

void SpanRecorder::end_call() {
  call_.seconds = now_s_() - call_.start_s;
  calls_.push_back(std::move(call_));
}

void SpanRecorder::reset() {
  open_.clear();
  std::ranges::fill(counts_, 0);
  calls_.clear();
  executions_.clear();
}

std::vector<const SpanRecorder::Call*> SpanRecorder::middle_half() const {
  std::vector<const Call*> calls;
  for (const Call& call : calls_) calls.push_back(&call);
  std::ranges::stable_sort(
      calls, [](const Call* left, const Call* right) { return left->seconds < right->seconds; });
  const std::size_t quarter = calls.size() / 4;
  return {calls.begin() + static_cast<std::ptrdiff_t>(quarter),
          calls.end() - static_cast<std::ptrdiff_t>(quarter)};
}

ProfileRecording SpanRecorder::recording() const {
  ProfileRecording recording;
  ProfileResult& result = recording.result;
  std::vector<double> call_s;
  for (const Call& call : calls_) call_s.push_back(call.seconds);
  result.calls = static_cast<int>(calls_.size());
  result.call_s = median(call_s);
  const std::vector<const Call*> middle = middle_half();
  double all_s = 0.0;
  double accounted = 0.0;
  for (const Call* call : middle) all_s += call->seconds - call->overhead_s;
  Ranking operators, modules, lines;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const ProfilePlace& place = places_[i];
    if (counts_[i] == 0) continue;
    double self_s = 0.0;
    for (const Call* call : middle) self_s += call->self_s[i];
    accounted += self_s / all_s;
    operators.add(place.operation, place.operation_detail, counts_[i], self_s);
    if (!place.module.empty()) modules.add(place.module, "", counts_[i], self_s);
    if (!place.line.empty()) lines.add(place.line, place.line_detail, counts_[i], self_s);
  }
  result.accounted = accounted;
  const auto calls = static_cast<double>(middle.size());
  result.operators = std::move(operators).ranked(calls, all_s);
  result.modules = std::move(modules).ranked(calls, all_s);
  result.lines = std::move(lines).ranked(calls, all_s);
  add_spans(recording);
  return recording;
}

void SpanRecorder::add_spans(ProfileRecording& recording) const {
  const double origin_s = calls_.front().start_s;
  for (std::size_t i = 0; i < std::min(traced_calls_, calls_.size()); ++i) {
    recording.spans.push_back({.name = fmt::format("call {}", i + 1),
                               .start_s = calls_[i].start_s - origin_s,
                               .duration_s = calls_[i].seconds});
  }
  for (const Execution& execution : executions_) {
    const ProfilePlace& place = places_[execution.place];
    recording.spans.push_back({.name = place.operation,
                               .module = place.module,
                               .line = place.line,
                               .start_s = execution.start_s - origin_s,
                               .duration_s = execution.duration_s});
  }
}

}  // namespace tsctl
