#include "tsctl/core/span_recorder.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "tsctl/core/statistics.h"

namespace tsctl {

namespace {

// The totals of places that have one name, the dearest first.
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
    std::stable_sort(lines_.begin(), lines_.end(), [](const auto& left, const auto& right) {
      return left.self_s > right.self_s;
    });
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
      totals_(places_.size()) {}

void SpanRecorder::begin_call() {
  open_.clear();
  call_start_s_ = now_s_();
}

void SpanRecorder::enter(std::size_t place) {
  Open& open = open_.emplace_back(Open{.place = place, .entered_s = now_s_()});
  open.start_s = now_s_();
  marks_s_ += open.start_s - open.entered_s;
}

void SpanRecorder::leave() {
  const double end_s = now_s_();
  const Open open = open_.back();
  open_.pop_back();
  Total& total = totals_[open.place];
  ++total.count;
  total.self_s += std::max(0.0, end_s - open.start_s - open.inner_s);
  if (traced())
    executions_.push_back(
        {.place = open.place, .start_s = open.start_s, .duration_s = end_s - open.start_s});
  const double left_s = now_s_();
  marks_s_ += left_s - end_s;
  if (!open_.empty()) open_.back().inner_s += left_s - open.entered_s;
}

void SpanRecorder::end_call() {
  const double end_s = now_s_();
  if (traced()) traced_starts_s_.push_back(call_start_s_);
  call_s_.push_back(end_s - call_start_s_);
}

void SpanRecorder::reset() {
  open_.clear();
  std::fill(totals_.begin(), totals_.end(), Total{});
  call_s_.clear();
  executions_.clear();
  traced_starts_s_.clear();
  marks_s_ = 0.0;
}

ProfileRecording SpanRecorder::recording() const {
  ProfileRecording recording;
  ProfileResult& result = recording.result;
  const auto calls = static_cast<double>(call_s_.size());
  result.calls = static_cast<int>(call_s_.size());
  result.call_s = median(call_s_);
  const double all_s = std::accumulate(call_s_.begin(), call_s_.end(), 0.0) - marks_s_;
  Ranking operators, modules, lines;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const ProfilePlace& place = places_[i];
    const Total& total = totals_[i];
    if (total.count == 0) continue;
    result.accounted += total.self_s / all_s;
    operators.add(place.operation, place.operation_detail, total.count, total.self_s);
    if (!place.module.empty()) modules.add(place.module, "", total.count, total.self_s);
    if (!place.line.empty())
      lines.add(place.line, place.line_detail, total.count, total.self_s);
  }
  result.operators = std::move(operators).ranked(calls, all_s);
  result.modules = std::move(modules).ranked(calls, all_s);
  result.lines = std::move(lines).ranked(calls, all_s);

  const double origin_s = traced_starts_s_.empty() ? 0.0 : traced_starts_s_.front();
  for (std::size_t i = 0; i < traced_starts_s_.size(); ++i) {
    recording.spans.push_back({.name = "call " + std::to_string(i + 1),
                               .start_s = traced_starts_s_[i] - origin_s,
                               .duration_s = call_s_[i]});
  }
  for (const Execution& execution : executions_) {
    const ProfilePlace& place = places_[execution.place];
    recording.spans.push_back({.name = place.operation,
                               .module = place.module,
                               .line = place.line,
                               .start_s = execution.start_s - origin_s,
                               .duration_s = execution.duration_s});
  }
  return recording;
}

}  // namespace tsctl
