#include "bench/fake_arms.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <numeric>
#include <utility>

#include "support/recorded_events.h"
#include "support/virtual_time.h"
#include "tsctl/bench/launched_arm.h"
#include "tsctl/core/bench_options.h"
#include "tsctl/core/inputs/random_input.h"
#include "tsctl/worker/load_generator.h"

namespace tsctl {

class FakeArms::FakeArm : public LaunchedArm {
 public:
  FakeArm(FakeArms& session, std::size_t index)
      : session_(session),
        index_(index),
        launch_(session.launches_[index]++),
        leaves_out_waits_(session.waits_left_out.back() > 0) {
    EXPECT_TRUE(session.running_.empty()) << "an arm is launched while another one runs";
    session_.running_.insert(this);
    session_.loads.push_back(index);
  }

  ~FakeArm() override {
    session_.running_.erase(this);
    if (!sets_.empty()) session_.sets_used.push_back(sets_);
  }

  void wait_until_ready() override { session_.now_s += session_.load_s[index_]; }

  void pin_to_cores(std::uint64_t draw) override { session_.cores.push_back(draw); }

  void resume() override {
    for (const FakeArm* other : session_.running_)
      EXPECT_EQ(other->index_, index_) << "an arm is resumed while another one runs";
    session_.running_.insert(this);
    session_.most_at_once =
        std::max(session_.most_at_once, static_cast<int>(session_.running_.size()));
  }

  void stop() override {
    EXPECT_TRUE(session_.running_.contains(this));
    session_.running_.erase(this);
  }

  TimedCalls time_calls(int untimed, int calls) override {
    EXPECT_TRUE(session_.running_.contains(this)) << "an arm is timed that does not run";
    EXPECT_EQ(session_.running_.size(), 1U);
    if (untimed > 0) note_block();
    for (int i = 0; i < untimed; ++i) call();
    TimedCalls times{.page_faults = session_.faults(index_, launch_) * (untimed + calls)};
    for (int i = 0; i < calls; ++i) times.seconds.push_back(call());
    // As if its threads had waited for a core as long as they ran.
    if (leaves_out_waits_)
      times.core_wait_s = std::accumulate(times.seconds.begin(), times.seconds.end(), 0.0);
    return times;
  }

  void use_set(std::size_t index) override {
    EXPECT_TRUE(session_.running_.contains(this));
    sets_.push_back(index);
    session_.calls_before_last_set = calls_;
  }

  std::vector<double> call_sets(const std::vector<std::size_t>& sets) override {
    std::vector<double> seconds;
    for (const std::size_t set : sets) {
      use_set(set);
      seconds.push_back(call());
    }
    return seconds;
  }

  void begin_load(const LoadWindow& window) override {
    EXPECT_TRUE(session_.running_.contains(this)) << "load on an arm that does not run";
    window_ = window;
    session_.windows.push_back(window);
  }

  // Runs the load on a virtual clock that starts at the session's time. Instances that run at once do not affect each
  // other.
  LoadTimes end_load() override {
    VirtualTime time(session_.now_s);
    std::mutex mutex;
    const auto seconds = [&] {
      const std::lock_guard lock(mutex);
      return session_.call_seconds_(index_, launch_, calls_++);
    };
    LoadTimes times =
        run_load(window_, {.call = [&] { time.pass(seconds()); },
                           .now_s = [&] { return time.now_s(); },
                           .sleep = [&](double duration_s) { time.pass(duration_s); },
                           .in_threads =
                               [&](int threads, const std::function<void(int)>& work) {
                                 time.in_threads(threads, work);
                               }});
    const auto calls = static_cast<std::int64_t>(times.latency_s.size()) + window_.plan.concurrency;
    times.page_faults = session_.faults(index_, launch_) * calls;
    session_.now_s = time.now_s();
    return times;
  }

  std::string tuning_reason() const override {
    return index_ < session_.tuning_reasons.size() ? session_.tuning_reasons[index_] : "";
  }

  std::optional<TransferTimes> time_transfers(int) override {
    EXPECT_TRUE(session_.running_.contains(this)) << "an arm is timed that does not run";
    ++session_.transfers_asked;
    return session_.transfers(index_, launch_);
  }

  std::int64_t finish() override {
    ++session_.finished;
    return 1000 * (launch_ + 1) + static_cast<std::int64_t>(index_);
  }

 private:
  double call() {
    const double seconds = session_.call_seconds_(index_, launch_, calls_++);
    session_.now_s += seconds;
    return seconds;
  }

  // Warm-up times every call; only blocks begin with an untimed one.
  void note_block() {
    if (session_.cycles.empty() || session_.cycles.back().size() == session_.arms.size())
      session_.cycles.emplace_back();
    session_.cycles.back().push_back(index_);
  }

  FakeArms& session_;
  std::size_t index_;
  int launch_;
  bool leaves_out_waits_;
  int calls_ = 0;
  LoadWindow window_ = {};
  std::vector<std::size_t> sets_ = {};
};

FakeArms::FakeArms(std::size_t count, CallSeconds call_seconds)
    : load_s(count, 0.1), call_seconds_(std::move(call_seconds)), launches_(count, 0) {
  for (std::size_t i = 0; i < count; ++i) {
    BenchArm arm{.outputs = i == 0 ? ArmOutputs::reference : ArmOutputs::same};
    arm.request.label = std::string(1, static_cast<char>('a' + i));
    arms.push_back(arm);
  }
}

BenchResult FakeArms::run(const BenchOptions& options, std::int64_t items_per_call) {
  RecordedEvents events;
  const Launcher launch = [this](const BenchArm& arm, std::uint64_t layout) {
    layouts.push_back(layout);
    wait_policies.push_back(arm.request.wait_policy);
    waits_left_out.push_back(arm.request.leaves_out_waits_for_cores);
    shares_one_core.push_back(arm.request.shares_one_core);
    return std::make_unique<FakeArm>(*this, static_cast<std::size_t>(arm.request.label[0] - 'a'));
  };
  const Launcher wrapped = wrap(launch);
  const Clock clock = [this] { return now_s; };
  outcome = {};
  run_bench(arms, options, items_per_call,
            {wrapped, clock, events, [this] { return cpu_waiting_s(); }}, outcome);
  progress_texts = events.progress_texts;
  shares = events.shares;
  return outcome.result.value();
}

double noisy(double middle_s, double launch_deviation, double call_deviation, std::size_t arm,
             int launch, int call) {
  // One stream for each launch of an arm. Its first number is the deviation of the launch.
  static std::vector<std::pair<std::uint64_t, std::array<double, 4096>>> drawn;
  const std::uint64_t stream = 1000 * arm + static_cast<std::uint64_t>(launch);
  for (const auto& [known, numbers] : drawn) {
    if (known != stream) continue;
    const double own = numbers[1 + static_cast<std::size_t>(call) % (numbers.size() - 1)];
    return middle_s * (1.0 + launch_deviation * numbers[0]) * (1.0 + call_deviation * own);
  }
  drawn.emplace_back(stream, std::array<double, 4096>{});
  fill_normal({20'260'101, stream}, drawn.back().second.data(), drawn.back().second.size());
  return noisy(middle_s, launch_deviation, call_deviation, arm, launch, call);
}

FakeArms::CallSeconds around(std::vector<double> middle_s) {
  return [middle_s](std::size_t arm, int launch, int call) {
    return noisy(middle_s[arm], 0.003, 0.01, arm, launch, call);
  };
}

FakeArms::CallSeconds steadily_each(std::vector<double> middle_s) {
  return [middle_s](std::size_t arm, int launch, int call) {
    return noisy(middle_s[arm], 0.0002, 0.001, arm, launch, call);
  };
}

FakeArms::CallSeconds steadily(double seconds) {
  return steadily_each({seconds, seconds, seconds});
}

std::vector<std::string> codes_of(const BenchResult& result) {
  std::vector<std::string> codes;
  for (const Warning& warning : result.warnings) codes.push_back(warning.code);
  return codes;
}

}  // namespace tsctl
