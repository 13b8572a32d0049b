#include "tsctl/bench/shape_sequence.h"

#include <algorithm>
#include <utility>

#include "tsctl/core/stats/statistics.h"

namespace tsctl {

namespace {

// A call is a spike when it takes more than this many times what the later ones do.
constexpr double kSpike = 2.0;
constexpr std::size_t kEarlyCalls = 3;

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
  void hold_to_cores(std::uint64_t draw) override { arm_->hold_to_cores(draw); }
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
    if (std::exchange(gone_through_, true)) return;
    sequence_.seconds_[of_.request.label].push_back(arm_->call_sets(sequence_.order_));
    arm_->use_set(of_.request.set_index);
  }

 private:
  ShapeSequence& sequence_;
  std::unique_ptr<LaunchedArm> arm_;
  const BenchArm& of_;
  bool gone_through_ = false;
};

Launcher ShapeSequence::around(const Launcher& launch) {
  return [this, launch](const BenchArm& arm, std::uint64_t layout) -> std::unique_ptr<LaunchedArm> {
    return std::make_unique<Arm>(*this, launch(arm, layout), arm);
  };
}

std::vector<SequenceSet> ShapeSequence::sets_of(
    const std::vector<std::vector<double>>& launches) const {
  std::vector<std::size_t> sets;  // in the order of their first calls
  for (const std::size_t set : order_) {
    if (std::find(sets.begin(), sets.end(), set) == sets.end()) sets.push_back(set);
  }
  std::vector<SequenceSet> result;
  for (const std::size_t set : sets) {
    std::vector<std::size_t> places;
    for (std::size_t place = 0; place < order_.size(); ++place) {
      if (order_[place] == set) places.push_back(place);
    }
    SequenceSet one{.set = labels_.at(set), .calls = static_cast<std::int64_t>(places.size())};
    std::vector<double> later;
    std::vector<double> quickest;
    for (const std::vector<double>& seconds : launches) {
      for (std::size_t i = kEarlyCalls; i < places.size(); ++i) later.push_back(seconds[places[i]]);
      double least = seconds[places.front()];
      for (const std::size_t place : places) least = std::min(least, seconds[place]);
      quickest.push_back(least);
    }
    const auto typical = [&](std::size_t place) {
      std::vector<double> seconds;
      for (const std::vector<double>& launch : launches) seconds.push_back(launch[place]);
      return median(seconds);
    };
    one.first_call_s = typical(places[0]);
    if (places.size() > 1) one.second_call_s = typical(places[1]);
    if (places.size() > 2) one.third_call_s = typical(places[2]);
    if (!later.empty()) one.median_s = median(later);
    const double usual_s = one.median_s.value_or(median(quickest));
    for (const std::size_t place : places) {
      const auto slow = std::count_if(launches.begin(), launches.end(), [&](const auto& seconds) {
        return seconds[place] > kSpike * usual_s;
      });
      if (2 * static_cast<std::size_t>(slow) > launches.size())
        one.spikes.push_back(static_cast<int>(place) + 1);
    }
    result.push_back(one);
  }
  return result;
}

void ShapeSequence::report(BenchResult& result) const {
  for (const std::size_t set : order_) result.sequence.push_back(labels_.at(set));
  for (ArmResult& arm : result.arms) {
    const auto seconds = seconds_.find(arm.label);
    if (seconds != seconds_.end()) arm.sequence = sets_of(seconds->second);
  }
}

}  // namespace tsctl
