#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "bench/fake_arms.h"
#include "tsctl/bench/judgement.h"
#include "tsctl/bench/launched_arm.h"
#include "tsctl/core/bench_options.h"

namespace tsctl {
namespace {

TEST(BenchResult, takes_the_parts_of_a_call_of_each_launch_on_a_device) {
  FakeArms bench(2, steadily(0.01));
  for (BenchArm& arm : bench.arms) arm.request.device = "cuda";
  bench.arms[1].request.settings.tuning.cuda_graph = true;
  bench.tuning_reasons = {"", "not captured: it synchronizes"};
  bench.transfers = [](std::size_t arm, int launch) -> std::optional<TransferTimes> {
    if (arm == 1) return std::nullopt;
    return TransferTimes{.to_device_s = 0.001 * launch, .compute_s = 0.01, .wall_s = 0.02};
  };
  const BenchResult result = bench.run({});
  EXPECT_EQ(bench.transfers_asked, 10);
  EXPECT_EQ(result.arms[0].transfers.value().to_device_s, 0.002);  // the median of 0 to 4
  EXPECT_EQ(result.arms[0].transfers.value().compute_s, 0.01);
  EXPECT_EQ(result.arms[0].transfers.value().wall_s, 0.02);
  EXPECT_FALSE(result.arms[1].transfers.has_value());
  EXPECT_EQ(result.arms[0].tuning_reason, "");
  EXPECT_EQ(result.arms[1].tuning_reason, "not captured: it synchronizes");
  EXPECT_TRUE(result.arms[1].tuning.cuda_graph);
}

TEST(BenchResult, has_no_parts_of_a_call_on_the_cpu) {
  FakeArms bench(2, steadily(0.01));
  EXPECT_FALSE(bench.run({}).arms[0].transfers.has_value());
  EXPECT_EQ(bench.transfers_asked, 0);
}

TEST(BenchResult, distinguishes_equal_slower_and_faster_arms) {
  FakeArms bench(4, around({0.03, 0.03, 0.0315, 0.021}));
  const BenchResult result = bench.run({});
  ASSERT_EQ(result.arms.size(), 4U);
  EXPECT_EQ(result.arms[0].speed, ArmSpeed::reference);
  EXPECT_EQ(result.arms[1].speed, ArmSpeed::equivalent);
  EXPECT_EQ(result.arms[2].speed, ArmSpeed::slower);
  EXPECT_EQ(result.arms[3].speed, ArmSpeed::faster);
  ASSERT_EQ(result.pairs.size(), 3U);
  EXPECT_EQ(result.pairs[2].base, "a");
  EXPECT_EQ(result.pairs[2].arm, "d");
  EXPECT_EQ(result.pairs[2].verdict, SpeedVerdict::faster);
  EXPECT_NEAR(*result.pairs[2].speedup, 1.0 / 0.7, 0.01);
  EXPECT_LT(*result.pairs[2].speedup_low, *result.pairs[2].speedup);
  EXPECT_GT(*result.pairs[2].speedup_high, *result.pairs[2].speedup);
  EXPECT_NEAR(*result.pairs[1].speedup, 1.0 / 1.05, 0.01);
  EXPECT_EQ(result.pairs[0].margin, 0.01);
  EXPECT_EQ(result.pairs[0].launches, result.arms[0].launches);
  EXPECT_EQ(result.pairs[0].pairs, static_cast<std::int64_t>(bench.cycles.size()));
}

TEST(BenchResult, gives_an_arm_whose_outputs_differ_times_but_no_speedup) {
  FakeArms bench(3, around({0.01, 0.002, 0.01}));
  bench.arms[1].outputs = ArmOutputs::differ;
  bench.arms[1].max_abs = 0.5;
  const BenchResult result = bench.run({});
  EXPECT_NEAR(*result.arms[1].median_s, 0.002, 0.0001);
  EXPECT_EQ(result.arms[1].outputs, ArmOutputs::differ);
  EXPECT_EQ(result.arms[1].speed, std::nullopt);
  EXPECT_EQ(result.arms[1].max_abs, 0.5);
  EXPECT_EQ(result.pairs[0].outputs, ArmOutputs::differ);
  EXPECT_EQ(result.pairs[0].verdict, std::nullopt);
  EXPECT_FALSE(result.pairs[0].speedup.has_value());
  EXPECT_FALSE(result.pairs[0].speedup_low.has_value());
  EXPECT_FALSE(result.pairs[0].speedup_high.has_value());
  EXPECT_EQ(result.arms[2].speed, ArmSpeed::equivalent);
}

TEST(BenchResult, leaves_p99_empty_below_300_samples_and_says_why) {
  FakeArms few(1, around({0.05}));  // one call a round, twelve rounds in each of five launches
  const ArmResult without = few.run({}).arms[0];
  EXPECT_EQ(without.samples, 60);
  EXPECT_FALSE(without.p99_s.has_value());
  EXPECT_EQ(without.p99_s_reason, "60 samples, 300 are needed for a 99th percentile");
  FakeArms many(1, around({0.001}));
  const ArmResult with = many.run({}).arms[0];
  EXPECT_GE(with.samples, 300);
  EXPECT_GT(*with.p99_s, *with.median_s);
  EXPECT_EQ(with.p99_s_reason, "");
}

TEST(BenchResult, reports_the_first_calls_and_the_first_steady_one) {
  FakeArms bench(2, [](std::size_t arm, int launch, int call) {
    const double base_s = 0.01 * static_cast<double>(arm + 1) + 0.0001 * launch;
    return call == 0 ? 9 * base_s : call == 1 ? 5 * base_s : call == 2 ? 2 * base_s : base_s;
  });
  bench.load_s = {3.0, 0.5};
  const BenchResult result = bench.run({.budget_s = 40.0});
  const double third_launch_s = 0.0102;  // the median of the launches
  EXPECT_NEAR(*result.arms[0].first_call_s, 9 * third_launch_s, 1e-12);
  EXPECT_NEAR(*result.arms[0].second_call_s, 5 * third_launch_s, 1e-12);
  EXPECT_NEAR(*result.arms[0].third_call_s, 2 * third_launch_s, 1e-12);
  EXPECT_EQ(result.arms[0].steady_at_call,
            8);  // the medians of calls 3 to 5 and 6 to 8 are the first to agree
  EXPECT_EQ(codes_of(result), std::vector<std::string>{});
}

TEST(BenchResult, does_not_count_the_loading_of_one_arm_for_another) {
  FakeArms bench(3, around({0.01, 0.01, 0.01}));
  bench.load_s = {3.0, 0.5, 1.0};
  const BenchResult result = bench.run({});
  EXPECT_DOUBLE_EQ(*result.arms[0].load_s, 3.0);
  EXPECT_DOUBLE_EQ(*result.arms[1].load_s, 0.5);
  EXPECT_DOUBLE_EQ(*result.arms[2].load_s, 1.0);
}

TEST(BenchResult, warns_of_an_arm_that_does_not_become_steady) {
  FakeArms bench(2, [](std::size_t arm, int, int call) {
    return arm == 0 ? 0.01 : 0.01 * (1 + call / 3 % 2);
  });
  const BenchResult result = bench.run({});
  EXPECT_EQ(codes_of(result), std::vector<std::string>{"warm_up_not_steady"});
  EXPECT_EQ(result.warnings[0].text, "the calls of 'b' did not become steady during the warm-up");
  EXPECT_FALSE(result.arms[1].steady_at_call.has_value());
}

TEST(BenchResult, computes_the_rest_of_an_arms_numbers) {
  FakeArms bench(2, [](std::size_t arm, int, int call) {
    return call % 2 == 0 ? 0.03 : 0.03 + 0.001 * (arm == 0);
  });
  const BenchResult result = bench.run({}, 8);
  const ArmResult& arm = result.arms[1];
  EXPECT_EQ(arm.label, "b");
  EXPECT_EQ(arm.kind, ArmKind::file);
  EXPECT_NEAR(*arm.median_s, 0.03, 1e-12);
  EXPECT_NEAR(*arm.mean_s, 0.03, 1e-12);
  EXPECT_NEAR(*arm.min_s, 0.03, 1e-12);
  EXPECT_NEAR(*arm.spread, 0.0, 1e-12);
  EXPECT_NEAR(*arm.throughput_per_s, 8 / 0.03, 1e-9);
  EXPECT_EQ(arm.throughput_unit, ThroughputUnit::items);
  EXPECT_NEAR(*arm.total_time_s, 0.03 * static_cast<double>(arm.samples), 1e-9);
  EXPECT_NEAR(*arm.time_per_iteration_ms, 30.0, 1e-9);
  EXPECT_NEAR(*arm.throughput, 8 / 0.03, 1e-9);
  EXPECT_DOUBLE_EQ(*arm.page_faults_per_call, 2.0);
  EXPECT_EQ(arm.peak_memory_bytes, 5001);  // of the fifth launch
}

TEST(BenchResult, counts_calls_without_a_batch_dimension) {
  FakeArms bench(1, [](std::size_t, int, int) { return 0.03; });
  const BenchResult result = bench.run({}, 0);
  EXPECT_EQ(result.arms[0].throughput_unit, ThroughputUnit::calls);
  EXPECT_NEAR(*result.arms[0].throughput_per_s, 1 / 0.03, 1e-9);
  EXPECT_TRUE(result.pairs.empty());
  EXPECT_EQ(result.stopped_by, StopReason::launches);
}

TEST(BenchResult, accepts_calls_that_take_no_time_on_a_coarse_clock) {
  FakeArms bench(2, [](std::size_t arm, int, int) { return arm == 0 ? 0.0 : 1e-7; });
  EXPECT_EQ(bench.run({}).arms[1].speed, ArmSpeed::slower);
}

TEST(BenchResult, gives_percentiles_with_their_intervals_or_says_why_not) {
  FakeArms bench(2, around({0.001, 0.001}));
  const BenchResult result = bench.run({});
  const std::vector<PercentileResult>& percentiles = result.arms[0].percentiles;
  ASSERT_EQ(percentiles.size(), 5U);
  EXPECT_EQ(percentiles[0].p, 0.5);
  EXPECT_EQ(percentiles[0].value_s, result.arms[0].median_s);
  EXPECT_LE(*percentiles[0].low_s, *percentiles[0].value_s);
  EXPECT_GE(*percentiles[0].high_s, *percentiles[0].value_s);
  FakeArms slow(2, around({1.0, 1.0}));
  const BenchResult few = slow.run({.budget_s = 20.0});
  EXPECT_FALSE(few.arms[0].percentiles[4].value_s);
  EXPECT_NE(few.arms[0].percentiles[4].reason.find("samples are too few"), std::string::npos);
}

TEST(BenchResult, keeps_the_first_launchs_calls_and_says_how_they_develop) {
  FakeArms bench(2, [](std::size_t arm, int launch, int call) {
    const double settled = noisy(0.01, 0.0, 0.002, arm, launch, call);
    return arm == 1 && call < 2 ? 20.0 * settled : settled;
  });
  const BenchResult result = bench.run({});
  EXPECT_EQ(result.arms[0].warm_up, WarmUpClass::flat);
  EXPECT_EQ(result.arms[1].warm_up, WarmUpClass::warm_up);
  ASSERT_GT(result.arms[1].warm_up_s.size(), 6U);
  EXPECT_GT(result.arms[1].warm_up_s[1], 10.0 * result.arms[1].warm_up_s[2]);
}

TEST(BenchResult, warns_of_page_faults_that_differ_between_launches_and_between_arms) {
  FakeArms bench(2, steadily(0.01));
  EXPECT_TRUE(codes_of(bench.run({})).empty());
  FakeArms launches(2, steadily(0.01));
  launches.faults = [](std::size_t arm, int launch) { return arm == 1 && launch == 3 ? 5000 : 2; };
  const BenchResult result = launches.run({});
  EXPECT_EQ(codes_of(result), std::vector<std::string>{"page_faults_differ"});
  EXPECT_THAT(result.warnings[0].text, testing::HasSubstr("the launches of 'b' (2 to 5000)"));
  EXPECT_EQ(result.arms[1].page_faults_low, 2.0);
  EXPECT_EQ(result.arms[1].page_faults_high, 5000.0);
  FakeArms arms(2, steadily(0.01));
  arms.faults = [](std::size_t arm, int) { return arm == 1 ? 3000 : 2; };
  EXPECT_EQ(codes_of(arms.run({})), std::vector<std::string>{"page_faults_of_arms_differ"});
}

TEST(BenchResult, judges_each_arm_by_the_gate) {
  FakeArms bench(4, around({0.01, 0.0101, 0.0125, 0.008}));
  const BenchResult result = bench.run({.max_regress = 0.05});
  EXPECT_EQ(result.pairs[0].gate, Gate::pass);
  EXPECT_EQ(result.pairs[1].gate, Gate::fail);
  EXPECT_EQ(result.pairs[2].gate, Gate::pass);
  FakeArms ungated(2, around({0.01, 0.02}));
  EXPECT_EQ(ungated.run({}).pairs[0].gate, std::nullopt);
}

TEST(BenchResult, leaves_a_gate_undecided_where_the_interval_contains_its_limit) {
  FakeArms bench(2, [](std::size_t arm, int launch, int call) {
    return noisy(arm == 0 ? 0.01 : 0.0103, 0.05, 0.001, arm, launch, call);
  });
  const PairResult pair = bench.run({.max_regress = 0.03}).pairs[0];
  EXPECT_EQ(pair.gate, Gate::undecided);
  EXPECT_LT(*pair.speedup_low, *pair.gate_limit);
  EXPECT_GT(*pair.speedup_high, *pair.gate_limit);
}

TEST(BenchResult, gates_the_last_arm_by_a_required_speedup) {
  FakeArms bench(3, around({0.01, 0.009, 0.005}));
  const BenchResult result = bench.run({.require_speedup = 1.5});
  EXPECT_EQ(result.pairs[0].gate, std::nullopt);
  EXPECT_EQ(result.pairs[1].gate, Gate::pass);
  EXPECT_EQ(result.pairs[1].gate_limit, 1.5);
  EXPECT_EQ(bench.run({.require_speedup = 2.5}).pairs[1].gate, Gate::fail);
}

std::vector<PairResult> withheld(double speedup, double low, double high, double median_s,
                                 SpeedVerdict verdict = SpeedVerdict::faster) {
  std::vector<ArmResult> arms(2);
  arms[0].median_s = 0.01;
  arms[1].median_s = median_s;
  std::vector<PairResult> pairs{{.speedup = speedup,
                                 .speedup_low = low,
                                 .speedup_high = high,
                                 .verdict = verdict,
                                 .gate = Gate::pass}};
  withhold_misleading(arms, pairs);
  return pairs;
}

TEST(BenchResult, withholds_a_speedup_that_its_own_data_contradict) {
  const PairResult pair = withheld(0.052, 0.04, 0.06, 0.01)[0];
  EXPECT_EQ(pair.speedup, std::nullopt);
  EXPECT_EQ(pair.speedup_low, std::nullopt);
  EXPECT_EQ(pair.verdict, SpeedVerdict::inconclusive);
  EXPECT_EQ(pair.gate, Gate::undecided);
  EXPECT_EQ(pair.speedup_reason, "the rounds give 0.052, the medians of all calls 1");
}

TEST(BenchResult, withholds_a_speedup_whose_interval_shows_nothing) {
  const PairResult pair = withheld(3.71, 0.11, 150.0, 0.01, SpeedVerdict::inconclusive)[0];
  EXPECT_EQ(pair.speedup, std::nullopt);
  EXPECT_EQ(pair.speedup_reason, "the interval [0.11, 150] is too wide to show anything");
  EXPECT_EQ(pair.gate, Gate::pass);  // that the limit is far below is shown nevertheless
  EXPECT_EQ(withheld(5.0, 3.0, 9.0, 0.002)[0].speedup, 5.0);
}

TEST(BenchResult, keeps_a_speedup_that_its_data_support) {
  const PairResult pair = withheld(1.03, 1.02, 1.04, 0.0092)[0];
  EXPECT_EQ(pair.speedup, 1.03);
  EXPECT_EQ(pair.gate, Gate::pass);
  EXPECT_EQ(pair.speedup_reason, "");
}

TEST(BenchResult, reports_which_level_dominates_the_interval) {
  FakeArms launches(2, [](std::size_t arm, int launch, int call) {
    return noisy(0.01, 0.03, 0.0001, arm, launch, call);
  });
  EXPECT_EQ(launches.run({}).pairs[0].dominated_by, VariationSource::launches);
  FakeArms blocks(2, [](std::size_t arm, int launch, int call) {
    return noisy(0.01, 0.0, 0.3, arm, launch, call);
  });
  EXPECT_EQ(blocks.run({.budget_s = 400.0, .min_launches = 20}).pairs[0].dominated_by,
            VariationSource::rounds);
}

}  // namespace
}  // namespace tsctl
