#include "tsctl/worker/load_generator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>

#include "support/virtual_time.h"

namespace tsctl {
namespace {

// Load on calls that take made-up time, in made-up time.
class Load : public testing::Test {
 protected:
  // The seconds of each timed call, in order; untimed calls take no time.
  using CallSeconds = std::function<double(double at_s)>;

  LoadTimes run(const LoadWindow& window, const CallSeconds& call_s) {
    calls_ = 0;
    return run_load(window, {.call =
                                 [&] {
                                   const bool timed = calls_++ >= window.plan.concurrency;
                                   if (timed) time_.pass(call_s(time_.now_s()));
                                 },
                             .now_s = [&] { return time_.now_s(); },
                             .sleep = [&](double seconds) { time_.pass(seconds); },
                             .in_threads =
                                 [&](int threads, const std::function<void(int)>& work) {
                                   time_.in_threads(threads, work);
                                 }});
  }

  static LoadWindow open(double rate, double seconds, int concurrency = 1) {
    return {
        .plan = {.rate_per_s = rate, .arrivals = Arrivals::constant, .concurrency = concurrency},
        .seconds = seconds,
        .seed = 7};
  }

  VirtualTime time_;
  std::atomic<int> calls_ = 0;
};

TEST(ArrivalTimes, are_drawn_from_the_seed_at_the_rate_that_was_asked_for) {
  const LoadPlan plan{.rate_per_s = 1000.0};
  const std::vector<double> times = arrival_times(plan, 100.0, 3);
  EXPECT_EQ(times, arrival_times(plan, 100.0, 3));
  EXPECT_NE(times, arrival_times(plan, 100.0, 4));
  EXPECT_TRUE(std::ranges::is_sorted(times));
  EXPECT_GE(times.front(), 0.0);
  EXPECT_LT(times.back(), 100.0);
  // 100,000 are expected, with a deviation of 316.
  EXPECT_NEAR(static_cast<double>(times.size()), 1e5, 1600.0);
  // Gaps of a Poisson process are exponential: their deviation is their mean, and 63% of them are below it.
  std::size_t below = 0;
  for (std::size_t i = 1; i < times.size(); ++i) below += times[i] - times[i - 1] < 0.001 ? 1 : 0;
  EXPECT_NEAR(static_cast<double>(below) / 1e5, 1.0 - std::exp(-1.0), 0.01);
}

TEST(ArrivalTimes, are_evenly_spaced_when_they_are_constant) {
  const LoadPlan plan{.rate_per_s = 10.0, .arrivals = Arrivals::constant};
  const std::vector<double> times = arrival_times(plan, 2.0, 1);
  ASSERT_EQ(times.size(), 20U);
  EXPECT_LT(times[0], 0.1);
  for (std::size_t i = 1; i < times.size(); ++i) EXPECT_NEAR(times[i] - times[i - 1], 0.1, 1e-12);
  EXPECT_NE(times[0], arrival_times(plan, 2.0, 2)[0]);
}

TEST(ArrivalTimes, share_the_rate_among_instances) {
  for (const Arrivals arrivals : {Arrivals::poisson, Arrivals::constant}) {
    const LoadPlan plan{.rate_per_s = 1000.0, .arrivals = arrivals, .instances = 4};
    EXPECT_NEAR(static_cast<double>(arrival_times(plan, 100.0, 3).size()), 25'000.0, 800.0);
  }
}

TEST(ArrivalTimes, are_one_at_least) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    for (const Arrivals arrivals : {Arrivals::poisson, Arrivals::constant}) {
      const auto times = arrival_times({.rate_per_s = 0.001, .arrivals = arrivals}, 0.2, seed);
      ASSERT_EQ(times.size(), 1U);
      EXPECT_GE(times[0], 0.0);
      EXPECT_LT(times[0], 0.2);
    }
  }
}

TEST_F(Load, keeps_to_the_arrivals_of_an_open_loop) {
  const LoadTimes times = run(open(10.0, 2.0), [](double) { return 0.03; });
  EXPECT_EQ(times.offered, 20);
  ASSERT_EQ(times.latency_s.size(), 20U);
  for (const double latency : times.latency_s) EXPECT_NEAR(latency, 0.03, 1e-9);
  EXPECT_NEAR(times.elapsed_s, 2.0, 0.05);
  EXPECT_GE(times.elapsed_s, 2.0);
}

TEST_F(Load, counts_the_wait_behind_a_slow_call) {
  int number = 0;
  const LoadTimes times = run(open(10.0, 1.0), [&](double) { return ++number == 3 ? 0.35 : 0.01; });
  ASSERT_EQ(times.latency_s.size(), 10U);
  const std::vector<double> expected{0.01, 0.01, 0.35, 0.26, 0.17, 0.08, 0.01, 0.01, 0.01, 0.01};
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(times.latency_s[i], expected[i], 1e-9) << "call " << i + 1;
}

TEST_F(Load, lets_concurrent_calls_pass_a_slow_one) {
  std::atomic<int> number = 0;
  const LoadTimes times =
      run(open(10.0, 1.0, 2), [&](double) { return ++number == 3 ? 0.35 : 0.01; });
  ASSERT_EQ(times.latency_s.size(), 10U);
  for (std::size_t i = 0; i < times.latency_s.size(); ++i)
    EXPECT_NEAR(times.latency_s[i], i == 2 ? 0.35 : 0.01, 1e-9) << "call " << i + 1;
}

TEST_F(Load, makes_late_calls_after_the_windows_end_but_not_for_ever) {
  const LoadTimes slightly = run(open(10.0, 1.0), [](double) { return 0.15; });
  EXPECT_EQ(slightly.offered, 10);
  EXPECT_EQ(slightly.latency_s.size(), 10U);
  EXPECT_NEAR(slightly.elapsed_s, 1.5, 0.11);
  const LoadTimes far = run(open(10.0, 1.0), [](double) { return 0.6; });
  EXPECT_EQ(far.offered, 10);
  EXPECT_EQ(far.latency_s.size(), 4U);  // begun at about 0, 0.6, 1.2 and 1.8 of 2 seconds
  EXPECT_LT(far.elapsed_s, 2.7);
}

TEST_F(Load, makes_one_call_even_when_everything_is_late) {
  const LoadTimes times = run(open(1.0, 1.0), [](double) { return 50.0; });
  EXPECT_EQ(times.latency_s.size(), 1U);
}

TEST_F(Load, calls_back_to_back_in_each_thread_of_a_closed_loop) {
  const LoadTimes times =
      run({.plan = {.concurrency = 3}, .seconds = 1.0}, [](double) { return 0.3; });
  // Each begins at 0, 0.3, 0.6 and 0.9, and ends at 1.2.
  EXPECT_EQ(times.latency_s.size(), 12U);
  EXPECT_EQ(times.offered, 12);
  for (const double latency : times.latency_s) EXPECT_NEAR(latency, 0.3, 1e-9);
  EXPECT_NEAR(times.elapsed_s, 1.2, 1e-9);
}

TEST_F(Load, takes_the_mean_of_the_threads_ends_in_a_closed_loop) {
  // The call that begins last keeps one thread for long; the other is not charged for it.
  const LoadTimes times = run({.plan = {.concurrency = 2}, .seconds = 0.95}, [&](double at_s) {
    static std::atomic<int> late = 0;
    return at_s > 0.85 && late++ == 0 ? 2.1 : 0.1;
  });
  EXPECT_EQ(times.latency_s.size(), 20U);
  EXPECT_NEAR(times.elapsed_s, (3.0 + 1.0) / 2, 1e-9);
}

TEST_F(Load, calls_once_in_every_thread_before_the_clock_starts) {
  run({.plan = {.concurrency = 4}, .seconds = 0.5}, [](double) { return 1.0; });
  EXPECT_EQ(calls_, 8);
}

}  // namespace
}  // namespace tsctl
