#include "tsctl/bench/arm_instances.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "tsctl/bench/launched_arm.h"

namespace tsctl {

namespace {

// Each process is stopped except while it has a task; resume() and stop() of the arm do nothing.
class ArmInstances : public LaunchedArm {
 public:
  ArmInstances(const Launcher& launch, const BenchArm& arm, int count, std::uint64_t layout)
      : launch_(launch), arm_(arm), count_(count), layout_(layout) {}

  // Starts the processes one after another, as the session does with arms.
  void wait_until_ready() override {
    for (int i = 0; i < count_; ++i) {
      instances_.push_back(launch_(arm_, layout_));
      instances_.back()->wait_until_ready();
      instances_.back()->stop();
    }
  }

  void pin_to_cores(std::uint64_t) override {}  // the processes share all cores
  void resume() override {}
  void stop() override {}

  TimedCalls time_calls(int untimed, int calls) override {
    return first_result<TimedCalls>(
        [&](LaunchedArm& instance) { return instance.time_calls(untimed, calls); });
  }

  // Of the first process: all are opened in the same way.
  ArmOpening opening() override { return instances_.front()->opening(); }
  std::string tuning_reason() const override { return instances_.front()->tuning_reason(); }
  std::optional<TransferTimes> time_transfers(int calls) override {
    instances_.front()->resume();
    const auto times = instances_.front()->time_transfers(calls);
    instances_.front()->stop();
    return times;
  }

  void use_set(std::size_t index) override {
    one_by_one([index](LaunchedArm& instance) { instance.use_set(index); });
  }

  std::vector<double> call_sets(const std::vector<std::size_t>& sets) override {
    return first_result<std::vector<double>>(
        [&](LaunchedArm& instance) { return instance.call_sets(sets); });
  }

  void begin_load(const LoadWindow& window) override {
    for (const auto& instance : instances_) instance->resume();
    LoadWindow own = window;
    for (const auto& instance : instances_) {
      instance->begin_load(own);
      ++own.seed;
    }
  }

  LoadTimes end_load() override {
    LoadTimes all;
    for (const auto& instance : instances_) {
      const LoadTimes times = instance->end_load();
      all.latency_s.insert(all.latency_s.end(), times.latency_s.begin(), times.latency_s.end());
      all.offered += times.offered;
      all.elapsed_s += times.elapsed_s / count_;
      all.page_faults += times.page_faults;
    }
    for (const auto& instance : instances_) instance->stop();
    return all;
  }

  std::int64_t finish() override {
    std::int64_t bytes = 0;
    for (const auto& instance : instances_) bytes += instance->finish();
    return bytes;
  }

 private:
  template <typename Task>
  void one_by_one(const Task& task) {
    for (const auto& instance : instances_) {
      instance->resume();
      task(*instance);
      instance->stop();
    }
  }

  // Runs the task on every process; returns the result of the first one.
  template <typename Result, typename Task>
  Result first_result(const Task& task) {
    std::optional<Result> first;
    one_by_one([&](LaunchedArm& instance) {
      Result result = task(instance);
      if (!first) first = std::move(result);
    });
    return std::move(*first);
  }

  const Launcher& launch_;
  const BenchArm& arm_;
  int count_;
  std::uint64_t layout_;
  std::vector<std::unique_ptr<LaunchedArm>> instances_ = {};
};

}  // namespace

Launcher instances_launcher(const Launcher& launch, int count) {
  if (count == 1) return launch;
  return
      [launch, count](const BenchArm& arm, std::uint64_t layout) -> std::unique_ptr<LaunchedArm> {
        return std::make_unique<ArmInstances>(launch, arm, count, layout);
      };
}

}  // namespace tsctl
