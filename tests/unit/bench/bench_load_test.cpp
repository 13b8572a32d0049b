#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "bench/fake_arms.h"

namespace tsctl {
namespace {

// Arms whose calls take these seconds, with 0.1% between launches and 0.5% between calls.
FakeArms::CallSeconds calm_around(std::vector<double> middle_s) {
  return [middle_s](std::size_t arm, int launch, int call) {
    return noisy(middle_s[arm], 0.001, 0.005, arm, launch, call);
  };
}

const LoadPlan kOpen{.rate_per_s = 50.0, .arrivals = Arrivals::constant};

TEST(BenchUnderLoad, is_not_what_happens_without_a_plan) {
  FakeArms bench(2, calm_around({0.01, 0.01}));
  const BenchResult result = bench.run({});
  EXPECT_TRUE(bench.windows.empty());
  EXPECT_TRUE(result.load.plain());
  EXPECT_EQ(result.arms[0].loop, Loop::closed);
  EXPECT_FALSE(result.arms[0].achieved_per_s);
  EXPECT_FALSE(result.arms[0].offered_per_s);
}

TEST(BenchUnderLoad, offers_calls_at_the_rate_and_compares_median_latencies) {
  FakeArms bench(3, calm_around({0.01, 0.01, 0.008}));
  const BenchResult result = bench.run({.budget_s = 60.0, .load = kOpen}, 4);
  EXPECT_EQ(result.load.rate_per_s, 50.0);
  for (const ArmResult& arm : result.arms) {
    EXPECT_EQ(arm.loop, Loop::open);
    EXPECT_NEAR(*arm.offered_per_s, 50.0, 1.0);
    EXPECT_NEAR(*arm.achieved_per_s, 50.0, 1.0);
    EXPECT_NEAR(*arm.throughput_per_s, 200.0, 4.0);
  }
  EXPECT_NEAR(*result.arms[2].median_s, 0.008, 0.0002);
  EXPECT_EQ(result.arms[1].speed, ArmSpeed::equivalent);
  EXPECT_EQ(result.arms[2].speed, ArmSpeed::faster);
  EXPECT_NEAR(*result.pairs[1].speedup, 1.25, 0.02);
  EXPECT_EQ(codes_of(result), std::vector<std::string>{});
}

TEST(BenchUnderLoad, offers_all_arms_of_a_round_the_same_arrivals_and_every_round_others) {
  FakeArms bench(2, calm_around({0.01, 0.01}));
  bench.run({.load = kOpen});
  std::vector<std::uint64_t> seeds;
  for (std::size_t i = 0; i + 1 < bench.windows.size(); i += 2) {
    EXPECT_EQ(bench.windows[i].seed, bench.windows[i + 1].seed);
    EXPECT_EQ(bench.windows[i].seconds, bench.windows[i + 1].seconds);
    if (bench.windows[i].plan.rate_per_s) seeds.push_back(bench.windows[i].seed);
  }
  EXPECT_GT(seeds.size(), 10U);
  EXPECT_EQ(std::set(seeds.begin(), seeds.end()).size(), seeds.size());
}

TEST(BenchUnderLoad, takes_the_warm_up_from_the_calls_before_the_load) {
  FakeArms bench(2, calm_around({0.01, 0.01}));
  const BenchResult result = bench.run({.load = kOpen});
  EXPECT_LT(result.arms[0].warm_up_s.size(), 30U);
  EXPECT_GT(result.arms[0].samples, 100);
}

TEST(BenchUnderLoad, warns_of_an_arm_that_cannot_keep_up) {
  FakeArms bench(2, calm_around({0.01, 0.025}));
  const BenchResult result = bench.run({.budget_s = 40.0, .load = kOpen});
  ASSERT_EQ(codes_of(result), std::vector<std::string>{"overloaded"});
  EXPECT_EQ(result.warnings[0].text.find("'b' cannot keep up: it completed "), 0U);
  EXPECT_NEAR(*result.arms[1].achieved_per_s, 40.0, 1.0);
  // Two calls at once take what one after the other cannot.
  FakeArms wider(2, calm_around({0.01, 0.025}));
  LoadPlan plan = kOpen;
  plan.concurrency = 2;
  EXPECT_EQ(codes_of(wider.run({.load = plan})), std::vector<std::string>{});
}

TEST(BenchUnderLoad, compares_calls_ended_a_second_when_several_are_in_flight) {
  FakeArms bench(2, calm_around({0.01, 0.02}));
  const BenchResult result = bench.run({.load = {.concurrency = 3}});
  EXPECT_EQ(result.arms[0].loop, Loop::closed);
  EXPECT_FALSE(result.arms[0].offered_per_s);
  EXPECT_NEAR(*result.arms[0].achieved_per_s, 300.0, 3.0);
  EXPECT_NEAR(*result.arms[0].throughput_per_s, 300.0, 3.0);
  EXPECT_NEAR(*result.arms[1].achieved_per_s, 150.0, 2.0);
  EXPECT_NEAR(*result.arms[0].median_s, 0.01, 0.0002);
  EXPECT_NEAR(*result.pairs[0].speedup, 0.5, 0.01);
  EXPECT_EQ(result.arms[1].speed, ArmSpeed::slower);
}

TEST(BenchUnderLoad, runs_all_instances_of_an_arm_at_once) {
  FakeArms bench(2, calm_around({0.01, 0.01}));
  const BenchResult result =
      bench.run({.budget_s = 40.0, .load = {.rate_per_s = 50.0, .instances = 3}});
  EXPECT_EQ(result.arms[0].launches, 5);
  EXPECT_EQ(bench.loads.size(), 30U);
  EXPECT_EQ(bench.finished, 30);
  EXPECT_EQ(bench.most_at_once, 3);
  EXPECT_NEAR(*result.arms[0].load_s, 0.1, 1e-9);         // of one of them
  EXPECT_GT(result.arms[0].peak_memory_bytes, 3 * 5000);  // of all
  EXPECT_NEAR(*result.arms[0].offered_per_s, 50.0, 5.0);  // together
  ASSERT_GE(bench.windows.size(), 6U);
  const auto rate = [](const LoadWindow& window) { return window.plan.rate_per_s.has_value(); };
  const auto first = std::ranges::find_if(bench.windows, rate);
  EXPECT_NE(first[0].seed, first[1].seed);
  EXPECT_NE(first[1].seed, first[2].seed);
  EXPECT_EQ(first[0].seed, first[3].seed);  // the first instance of the other arm
}

TEST(BenchUnderLoad, makes_windows_long_enough_for_slow_calls_but_keeps_the_budget) {
  FakeArms bench(2, calm_around({0.05, 0.05}));
  const BenchResult result = bench.run({.budget_s = 200.0, .load = {.concurrency = 2}});
  EXPECT_NEAR(bench.windows.back().seconds, 0.75, 0.03);  // 30 calls, two at a time
  FakeArms brief(2, calm_around({0.05, 0.05}));
  EXPECT_EQ(brief.run({.budget_s = 15.0, .load = {.concurrency = 2}}).stopped_by,
            StopReason::precision);
  EXPECT_LT(brief.windows.back().seconds, 0.3);
  EXPECT_GE(brief.windows.back().seconds, 0.2);
}

TEST(BenchUnderLoad, repeats_itself_for_the_same_seed) {
  const auto run = [](std::uint64_t seed) {
    FakeArms bench(2, calm_around({0.01, 0.0102}));
    return bench.run({.seed = seed, .load = {.rate_per_s = 50.0}}).arms[0].mean_s;
  };
  EXPECT_EQ(run(7), run(7));
}

}  // namespace
}  // namespace tsctl
