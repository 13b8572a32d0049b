#include "tsctl/bench/shape_sequence.h"

#include <algorithm>
#include <utility>

#include "tsctl/core/stats/statistics.h"

namespace tsctl {

namespace {

using Launches = std::vector<std::vector<double>>;  // seconds, [launch][call]

// A call is a spike if it takes more than this many times the usual time of its set.
constexpr double kSpikeRatio = 2.0;
// The first calls of a set are not part of its usual time: the executor may compile in them.
constexpr std::size_t kEarlyCalls = 3;

// The median over the launches of the call at this position of the sequence.
double median_of_call(const Launches& launches, std::size_t position) {
  std::vector<double> seconds;
  for (const std::vector<double>& launch : launches) seconds.push_back(launch[position]);
  return median(std::move(seconds));
}

// The times of the calls at these positions, in all launches.
std::vector<double> times_of(const Launches& launches, const std::vector<std::size_t>& positions) {
  std::vector<double> seconds;
  for (const std::vector<double>& launch : launches) {
    for (const std::size_t position : positions) seconds.push_back(launch[position]);
  }
  return seconds;
}

// The median over the launches of the fastest call at these positions.
double median_of_fastest(const Launches& launches, const std::vector<std::size_t>& positions) {
  std::vector<double> fastest;
  for (const std::vector<double>& launch : launches) {
    const std::vector<double> seconds = times_of({launch}, positions);
    fastest.push_back(*std::ranges::min_element(seconds));
  }
  return median(std::move(fastest));
}

// Whether the call is a spike in more than half of the launches.
bool is_spike(const Launches& launches, std::size_t position, double usual_s) {
  const auto slow = std::ranges::count_if(
      launches, [&](const auto& launch) { return launch[position] > kSpikeRatio * usual_s; });
  return 2 * static_cast<std::size_t>(slow) > launches.size();
}

// The numbers of the set that is called at these positions of the sequence.
SequenceSet sequence_set(const std::string& label, const Launches& launches,
                         const std::vector<std::size_t>& positions) {
  SequenceSet set{.set = label, .calls = static_cast<std::int64_t>(positions.size())};
  set.first_call_s = median_of_call(launches, positions[0]);
  if (positions.size() > 1) set.second_call_s = median_of_call(launches, positions[1]);
  if (positions.size() > 2) set.third_call_s = median_of_call(launches, positions[2]);
  if (positions.size() > kEarlyCalls) {
    set.median_s = median(times_of(launches, {positions.begin() + kEarlyCalls, positions.end()}));
  }
  const double usual_s = set.median_s ? *set.median_s : median_of_fastest(launches, positions);
  for (const std::size_t position : positions) {
    if (is_spike(launches, position, usual_s)) set.spikes.push_back(static_cast<int>(position) + 1);
  }
  return set;
}

}  // namespace

class ShapeSequence::Arm : public LaunchedArm {
 public:
  Arm(ShapeSequence& sequence, std::unique_ptr<LaunchedArm> arm, const BenchArm& of)
      : sequence_(sequence), arm_(std::move(arm)), of_(of) {}

  void wait_until_ready() override { arm_->wait_until_ready(); }
  void stop() override { arm_->stop(); }
  TimedCalls time_calls(int untimed, int calls) override {
    return arm_->time_calls(untimed, calls);
  }
  void pin_to_cores(std::uint64_t draw) override { arm_->pin_to_cores(draw); }
  void use_set(std::size_t index) override { arm_->use_set(index); }
  ArmOpening opening() override { return arm_->opening(); }
  std::string tuning_reason() const override { return arm_->tuning_reason(); }
  std::optional<TransferTimes> time_transfers(int calls) override {
    return arm_->time_transfers(calls);
  }
  std::vector<double> call_sets(const std::vector<std::size_t>& sets) override {
    return arm_->call_sets(sets);
  }
  void begin_load(const LoadWindow& window) override { arm_->begin_load(window); }
  LoadTimes end_load() override { return arm_->end_load(); }
  std::int64_t finish() override { return arm_->finish(); }

  void resume() override {
    arm_->resume();
    if (std::exchange(sequence_done_, true)) return;
    sequence_.seconds_[of_.request.label].push_back(arm_->call_sets(sequence_.order_));
    arm_->use_set(of_.request.set_index);
  }

 private:
  ShapeSequence& sequence_;
  std::unique_ptr<LaunchedArm> arm_;
  const BenchArm& of_;
  bool sequence_done_ = false;
};

Launcher ShapeSequence::around(const Launcher& launch) {
  return [this, launch](const BenchArm& arm, std::uint64_t layout) -> std::unique_ptr<LaunchedArm> {
    return std::make_unique<Arm>(*this, launch(arm, layout), arm);
  };
}

std::vector<std::size_t> ShapeSequence::distinct_sets() const {
  std::vector<std::size_t> sets;
  for (const std::size_t set : order_) {
    if (std::ranges::find(sets, set) == sets.end()) sets.push_back(set);
  }
  return sets;
}

void ShapeSequence::report(BenchResult& result) const {
  for (const std::size_t set : order_) result.sequence.push_back(labels_.at(set));
  for (const std::size_t set : distinct_sets()) {
    std::vector<std::size_t> positions;
    for (std::size_t position = 0; position < order_.size(); ++position) {
      if (order_[position] == set) positions.push_back(position);
    }
    for (ArmResult& arm : result.arms) {
      const auto launches = seconds_.find(arm.label);
      if (launches != seconds_.end())
        arm.sequence.push_back(sequence_set(labels_.at(set), launches->second, positions));
    }
  }
}

}  // namespace tsctl
