#include "tsctl/process/process_arm.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "tsctl/core/base/error.h"
#include "tsctl/core/base/resident_memory.h"
#include "tsctl/host/host.h"

namespace tsctl {

namespace {

// An arm in a worker process.
class ProcessArm : public LaunchedArm {
 public:
  ProcessArm(Jobs& jobs, const BenchArm& arm, std::uint64_t layout)
      : jobs_(jobs),
        arm_(arm),
        worker_(jobs.settings().installation.executable, environment_of(arm.request),
                jobs.listener()) {
    Job job = jobs.job_for(arm.request, arm.site ? &*arm.site : nullptr);
    job.layout = layout;
    worker_.send(job);
  }

  void wait_until_ready() override {
    auto ready = expect<ArmReady>();
    tuning_reason_ = std::move(ready.tuning_reason);
    opening_ = ready.opening;
  }
  std::string tuning_reason() const override { return tuning_reason_; }
  void pin_to_cores(std::uint64_t draw) override {
    const int wanted = arm_.request.shares_one_core ? 1 : arm_.request.settings.threads;
    const std::vector<int> cores = cores_for(usable_processors(), wanted, draw);
    if (!cores.empty()) worker_.pin_to(cores);
  }
  void resume() override { worker_.resume(); }
  void stop() override { worker_.stop(); }

  TimedCalls time_calls(int untimed, int calls) override {
    worker_.send(TimeCalls{.untimed = untimed, .calls = calls});
    auto times = expect<TimedCalls>();
    if (!opening_.first_call_bytes) opening_.first_call_bytes = resident();
    return times;
  }

  void use_set(std::size_t index) override {
    worker_.send(UseSet{.set = index});
    expect<Done>();
  }

  std::vector<double> call_sets(const std::vector<std::size_t>& sets) override {
    worker_.send(CallSets{.sets = sets});
    return expect<TimedCalls>().seconds;
  }

  void begin_load(const LoadWindow& window) override { worker_.send(window); }

  LoadTimes end_load() override { return expect<LoadTimes>(); }

  ArmOpening opening() override {
    opening_.steady_bytes = resident();
    return opening_;
  }

  ProfileResult profile(const ProfileRequest& request) override {
    worker_.send(request);
    return expect<ProfileResult>();
  }

  std::optional<TransferTimes> time_transfers(int calls) override {
    worker_.send(TimeTransfers{.calls = calls});
    return expect<Transfers>().times;
  }

  std::int64_t finish() override { return worker_.finish().peak_memory_bytes; }

 private:
  static std::vector<std::string> environment_of(const ArmRequest& request) {
    std::vector<std::string> environment =
        worker_environment(request.settings.threads, request.wait_policy);
    for (std::string& pair : allocator_environment(request.allocator))
      environment.push_back(std::move(pair));
    return environment;
  }

  std::optional<std::int64_t> resident() const {
    return resident_bytes(std::to_string(worker_.pid()));
  }

  // Waits for the answer. Drops the progress and the warnings that come before it.
  template <typename Answer>
  Answer expect() {
    const Deadline deadline = deadline_in(jobs_.settings().timeout_s);
    try {
      while (auto message = worker_.receive(deadline, jobs_.interrupt())) {
        if (auto* answer = std::get_if<Answer>(&*message)) return std::move(*answer);
        if (const auto* failure = std::get_if<Failure>(&*message))
          throw_failure(*failure, jobs_.settings());
      }
    } catch (const WorkerProcess::Timeout&) {
      worker_.finish();
      throw Error(
          ErrorKind::execution,
          fmt::format("the arm '{}' did not answer in time (--timeout)", arm_.request.label),
          "raise --timeout, or leave it out to wait without a limit");
    }
    const ProcessEnd end = worker_.finish(kEndAfterCloseSeconds);
    throw_worker_death({.end = end,
                        .what_it_did = fmt::format("it ran the arm '{}'", arm_.request.label),
                        .last_output = worker_.last_output(),
                        .runs_python = arm_.site.has_value()},
                       jobs_.settings());
  }

  Jobs& jobs_;
  const BenchArm& arm_;
  WorkerProcess worker_;
  ArmOpening opening_ = {};
  std::string tuning_reason_ = {};
};

}  // namespace

Launcher process_launcher(Jobs& jobs) {
  return [&jobs](const BenchArm& arm, std::uint64_t layout) -> std::unique_ptr<LaunchedArm> {
    return std::make_unique<ProcessArm>(jobs, arm, layout);
  };
}

}  // namespace tsctl
