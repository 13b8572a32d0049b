#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "bench/fake_arms.h"
#include "tsctl/bench/launched_arm.h"
#include "tsctl/core/bench_options.h"

namespace tsctl {
namespace {

// Arms that take these seconds, with 0.3% between launches and 1% between calls.
FakeArms::CallSeconds around(std::vector<double> middle_s) {
  return [middle_s](std::size_t arm, int launch, int call) {
    return noisy(middle_s[arm], 0.003, 0.01, arm, launch, call);
  };
}

// The same, with next to no noise.
FakeArms::CallSeconds steadily_each(std::vector<double> middle_s) {
  return [middle_s](std::size_t arm, int launch, int call) {
    return noisy(middle_s[arm], 0.0002, 0.001, arm, launch, call);
  };
}

// Arms that all take these seconds, with next to no noise.
FakeArms::CallSeconds steadily(double seconds) {
  return steadily_each({seconds, seconds, seconds});
}

std::vector<std::string> codes_of(const BenchResult& result) {
  std::vector<std::string> codes;
  for (const Warning& warning : result.warnings) codes.push_back(warning.code);
  return codes;
}

TEST(BenchSession, runs_every_arm_once_in_each_pass_in_an_order_drawn_at_random) {
  FakeArms bench(3, around({0.01, 0.01, 0.01}));
  bench.run({});
  std::set<std::vector<std::size_t>> orders;
  for (std::vector<std::size_t> pass : bench.passes) {
    orders.insert(pass);
    std::sort(pass.begin(), pass.end());
    EXPECT_EQ(pass, (std::vector<std::size_t>{0, 1, 2}));
  }
  EXPECT_GE(bench.passes.size(), 60U);
  EXPECT_EQ(orders.size(), 6U);
}

TEST(BenchSession, goes_through_a_round_in_as_many_passes_as_its_calls_are_enough_for) {
  const auto passes_of = [](std::vector<double> call_s) {
    FakeArms bench(call_s.size(), steadily_each(call_s));
    const BenchResult result = bench.run({});
    return static_cast<double>(bench.passes.size()) / static_cast<double>(result.pairs[0].pairs);
  };
  EXPECT_EQ(passes_of({0.001, 0.001}), 16.0);
  EXPECT_EQ(passes_of({0.0099, 0.0099}), 4.0);  // of two calls each
  EXPECT_EQ(passes_of({0.1, 0.1}), 1.0);
  EXPECT_EQ(passes_of({0.0001, 0.0099}), 4.0);  // the slowest arm decides
}

TEST(BenchSession, is_not_misled_by_what_lasts_for_some_blocks_of_one_arm) {
  // The second arm is disturbed in the first four of the sixteen blocks of its rounds.
  FakeArms bench(2, [](std::size_t arm, int launch, int call) {
    const double slow = arm == 1 && call % 96 < 24 ? 1.5 : 1.0;
    return slow * noisy(0.001, 0.0002, 0.001, arm, launch, call);
  });
  EXPECT_EQ(bench.run({}).arms[1].speed, "equivalent");
}

TEST(BenchSession, is_not_misled_by_interrupted_calls_in_blocks_of_few) {
  // Three of ten calls of the second arm are interrupted: one of the two in more than half of its blocks.
  FakeArms bench(2, [](std::size_t arm, int launch, int call) {
    const double slow = arm == 1 && (7 * call + launch) % 10 < 3 ? 3.0 : 1.0;
    return slow * noisy(0.0024, 0.0002, 0.001, arm, launch, call);
  });
  EXPECT_EQ(bench.run({}).arms[1].speed, "equivalent");
}

TEST(BenchSession, lays_the_arms_of_a_launch_out_alike_and_each_launch_anew) {
  FakeArms bench(2, steadily(0.01));
  bench.run({});
  ASSERT_EQ(bench.layouts.size(), 10U);
  std::set<std::uint64_t> draws;
  for (std::size_t i = 0; i < bench.layouts.size(); i += 2) {
    EXPECT_EQ(bench.layouts[i], bench.layouts[i + 1]);
    draws.insert(bench.layouts[i]);
  }
  EXPECT_EQ(draws.size(), 5U);
}

TEST(BenchSession, holds_all_arms_of_a_round_to_the_same_cores_drawn_anew_for_each) {
  FakeArms bench(3, steadily(0.0099));
  const auto rounds = static_cast<std::size_t>(bench.run({}).pairs[0].pairs);
  ASSERT_EQ(bench.cores.size(), 3 * rounds);
  std::set<std::uint64_t> draws;
  for (std::size_t i = 0; i < bench.cores.size(); ++i) {
    EXPECT_EQ(bench.cores[i], bench.cores[i - i % 3]);
    draws.insert(bench.cores[i]);
  }
  EXPECT_EQ(draws.size(), rounds);
}

TEST(BenchSession, ends_after_the_pairs_it_was_given) {
  const auto pairs_of = [](double launch_deviation, double call_deviation, std::int64_t most) {
    FakeArms bench(2, [=](std::size_t arm, int launch, int call) {
      return noisy(0.01, launch_deviation, call_deviation, arm, launch, call);
    });
    BenchOptions options{.budget_s = 10000.0};
    options.max_pairs = most;
    return bench.run(options);
  };
  const BenchResult noisy_rounds = pairs_of(0.0, 0.3, 60);
  EXPECT_EQ(noisy_rounds.stopped_by, "pairs");
  EXPECT_LE(noisy_rounds.pairs[0].pairs, 60);
  EXPECT_GT(noisy_rounds.pairs[0].pairs, 60 - 6);
  const BenchResult noisy_launches = pairs_of(0.05, 0.001, 60);
  EXPECT_LE(noisy_launches.pairs[0].pairs, 60);
  EXPECT_GT(noisy_launches.pairs[0].launches, 10);
  EXPECT_EQ(pairs_of(0.0, 0.3, 10).pairs[0].pairs, 10);
}

TEST(BenchSession, launches_every_arm_anew_and_ends_it) {
  FakeArms bench(2, steadily(0.01));
  const BenchResult result = bench.run({});
  EXPECT_EQ(result.arms[0].launches, 5);
  EXPECT_EQ(bench.loads.size(), 10U);
  EXPECT_EQ(bench.finished, 10);
  for (std::size_t i = 0; i + 1 < bench.loads.size(); i += 2)
    EXPECT_NE(bench.loads[i], bench.loads[i + 1]);
  EXPECT_EQ(bench.progress_texts.front(), "bench: launch 1/5");
}

TEST(BenchSession, takes_the_parts_of_a_call_of_each_launch_on_a_device) {
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

TEST(BenchSession, has_no_parts_of_a_call_on_the_cpu) {
  FakeArms bench(2, steadily(0.01));
  EXPECT_FALSE(bench.run({}).arms[0].transfers.has_value());
  EXPECT_EQ(bench.transfers_asked, 0);
}

TEST(BenchSession, tells_equal_slower_and_faster_arms_apart) {
  FakeArms bench(4, around({0.03, 0.03, 0.0315, 0.021}));
  const BenchResult result = bench.run({});
  ASSERT_EQ(result.arms.size(), 4U);
  EXPECT_EQ(result.arms[0].speed, "reference");
  EXPECT_EQ(result.arms[1].speed, "equivalent");
  EXPECT_EQ(result.arms[2].speed, "slower");
  EXPECT_EQ(result.arms[3].speed, "faster");
  ASSERT_EQ(result.pairs.size(), 3U);
  EXPECT_EQ(result.pairs[2].base, "a");
  EXPECT_EQ(result.pairs[2].arm, "d");
  EXPECT_EQ(result.pairs[2].verdict, "faster");
  EXPECT_NEAR(*result.pairs[2].speedup, 1.0 / 0.7, 0.01);
  EXPECT_LT(*result.pairs[2].speedup_low, *result.pairs[2].speedup);
  EXPECT_GT(*result.pairs[2].speedup_high, *result.pairs[2].speedup);
  EXPECT_NEAR(*result.pairs[1].speedup, 1.0 / 1.05, 0.01);
  EXPECT_EQ(result.pairs[0].margin, 0.01);
  EXPECT_EQ(result.pairs[0].launches, result.arms[0].launches);
  EXPECT_EQ(result.pairs[0].pairs, static_cast<std::int64_t>(bench.passes.size()));
}

TEST(BenchSession, gives_an_arm_whose_outputs_differ_times_but_no_speedup) {
  FakeArms bench(3, around({0.01, 0.002, 0.01}));
  bench.arms[1].outputs = "differ";
  bench.arms[1].max_abs = 0.5;
  const BenchResult result = bench.run({});
  EXPECT_NEAR(*result.arms[1].median_s, 0.002, 0.0001);
  EXPECT_EQ(result.arms[1].outputs, "differ");
  EXPECT_EQ(result.arms[1].speed, "");
  EXPECT_EQ(result.arms[1].max_abs, 0.5);
  EXPECT_EQ(result.pairs[0].outputs, "differ");
  EXPECT_EQ(result.pairs[0].verdict, "");
  EXPECT_FALSE(result.pairs[0].speedup.has_value());
  EXPECT_FALSE(result.pairs[0].speedup_low.has_value());
  EXPECT_FALSE(result.pairs[0].speedup_high.has_value());
  EXPECT_EQ(result.arms[2].speed, "equivalent");
}

TEST(BenchSession, ends_with_the_fewest_launches_when_they_are_precise) {
  FakeArms bench(2, steadily(0.0099));
  const BenchResult result = bench.run({.budget_s = 1000.0, .min_launches = 6});
  EXPECT_EQ(result.stopped_by, "precision");
  EXPECT_EQ(result.arms[0].launches, 6);
  EXPECT_LE(result.arms[0].samples, 6 * 6 * 8);
  EXPECT_EQ(codes_of(result), std::vector<std::string>{});
}

TEST(BenchSession, goes_on_launching_until_the_budget_is_spent) {
  FakeArms bench(2, [](std::size_t arm, int launch, int call) {
    return noisy(0.01, 0.05, 0.001, arm, launch, call);
  });
  const BenchResult result = bench.run({.budget_s = 20.0});
  EXPECT_EQ(result.stopped_by, "budget");
  EXPECT_GT(result.arms[0].launches, 24);
  EXPECT_LT(result.measured_s, 20.5);
  EXPECT_GT(result.measured_s, 18.0);
  EXPECT_EQ(result.budget_s, 20.0);
  EXPECT_EQ(result.arms[1].speed, "inconclusive");
}

TEST(BenchSession, shares_the_budget_among_few_launches_when_rounds_are_noisy) {
  FakeArms bench(2, [](std::size_t arm, int launch, int call) {
    return noisy(0.01, 0.0, 0.3, arm, launch, call);
  });
  const BenchResult result = bench.run({.budget_s = 20.0});
  EXPECT_EQ(result.stopped_by, "budget");
  EXPECT_LE(result.arms[0].launches, 18);  // 26 where launches differ
  EXPECT_GT(result.arms[0].samples, 5 * 6 * 8);
  EXPECT_LT(result.measured_s, 20.5);
  EXPECT_GT(result.measured_s, 19.0);
}

TEST(BenchSession, does_not_measure_on_what_is_decided_already) {
  FakeArms bench(2, around({0.01, 0.005}));
  const BenchResult result = bench.run({.budget_s = 200.0, .precision = 0.002});
  EXPECT_EQ(result.stopped_by, "precision");
  EXPECT_EQ(result.arms[0].launches, 5);
}

TEST(BenchSession, keeps_the_fewest_launches_beyond_the_budget) {
  FakeArms bench(2, around({0.5, 0.5}));
  const BenchResult result = bench.run({.budget_s = 20.0});
  EXPECT_EQ(result.arms[0].launches, 5);
  EXPECT_GT(result.measured_s, 20.0);
  EXPECT_LE(result.measured_s, 80.0);
  EXPECT_EQ(codes_of(result),
            std::vector<std::string>({"warm_up_not_steady", "warm_up_not_steady", "over_budget"}));
}

TEST(BenchSession, does_not_take_the_start_of_python_out_of_the_budget) {
  FakeArms file(2, around({0.01, 0.01}));
  file.load_s = {0.1, 3.0};
  const BenchResult short_of_time = file.run({.budget_s = 10.0});
  FakeArms eager(2, around({0.01, 0.01}));
  eager.load_s = {0.1, 3.0};
  eager.arms[1].site = PythonSite{};
  const BenchResult enough = eager.run({.budget_s = 10.0});
  EXPECT_GT(enough.pairs[0].pairs, 2 * short_of_time.pairs[0].pairs);
}

TEST(BenchSession, gives_up_launches_rather_than_overrun_the_budget_without_end) {
  FakeArms bench(2, around({1.0, 1.0}));
  const BenchResult result = bench.run({.budget_s = 5.0});
  EXPECT_EQ(result.stopped_by, "budget");
  EXPECT_EQ(result.arms[0].launches, 2);
  // Four times the budget, and the launch that was under way.
  EXPECT_LE(result.measured_s, 4 * 5.0 + 20.0);
  const std::vector<std::string> codes = codes_of(result);
  EXPECT_EQ(codes.back(), "too_few_launches");
  EXPECT_EQ(result.warnings.back().text, "the budget allowed only 2 of 5 launches; raise --budget");
}

TEST(BenchSession, leaves_p99_empty_below_300_samples_and_says_why) {
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

TEST(BenchSession, notes_the_first_calls_and_when_they_became_steady) {
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

TEST(BenchSession, does_not_count_the_loading_of_one_arm_for_another) {
  FakeArms bench(3, around({0.01, 0.01, 0.01}));
  bench.load_s = {3.0, 0.5, 1.0};
  const BenchResult result = bench.run({});
  EXPECT_DOUBLE_EQ(*result.arms[0].load_s, 3.0);
  EXPECT_DOUBLE_EQ(*result.arms[1].load_s, 0.5);
  EXPECT_DOUBLE_EQ(*result.arms[2].load_s, 1.0);
}

TEST(BenchSession, warns_of_an_arm_that_does_not_become_steady) {
  FakeArms bench(2, [](std::size_t arm, int, int call) {
    return arm == 0 ? 0.01 : 0.01 * (1 + call / 3 % 2);
  });
  const BenchResult result = bench.run({});
  EXPECT_EQ(codes_of(result), std::vector<std::string>{"warm_up_not_steady"});
  EXPECT_EQ(result.warnings[0].text,
            "the calls of 'b' did not become steady while it was warmed up");
  EXPECT_FALSE(result.arms[1].steady_at_call.has_value());
}

TEST(BenchSession, computes_the_rest_of_an_arms_numbers) {
  FakeArms bench(2, [](std::size_t arm, int, int call) {
    return call % 2 == 0 ? 0.03 : 0.03 + 0.001 * (arm == 0);
  });
  const BenchResult result = bench.run({}, 8);
  const ArmResult& arm = result.arms[1];
  EXPECT_EQ(arm.label, "b");
  EXPECT_EQ(arm.kind, "file");
  EXPECT_NEAR(*arm.median_s, 0.03, 1e-12);
  EXPECT_NEAR(*arm.mean_s, 0.03, 1e-12);
  EXPECT_NEAR(*arm.min_s, 0.03, 1e-12);
  EXPECT_NEAR(*arm.spread, 0.0, 1e-12);
  EXPECT_NEAR(*arm.throughput_per_s, 8 / 0.03, 1e-9);
  EXPECT_EQ(arm.throughput_unit, "items");
  EXPECT_NEAR(*arm.total_time_s, 0.03 * static_cast<double>(arm.samples), 1e-9);
  EXPECT_NEAR(*arm.time_per_iteration_ms, 30.0, 1e-9);
  EXPECT_NEAR(*arm.throughput, 8 / 0.03, 1e-9);
  EXPECT_DOUBLE_EQ(*arm.page_faults_per_call, 2.0);
  EXPECT_EQ(arm.peak_memory_bytes, 5001);  // of the fifth launch
}

TEST(BenchSession, counts_calls_where_there_is_no_batch) {
  FakeArms bench(1, [](std::size_t, int, int) { return 0.03; });
  const BenchResult result = bench.run({}, 0);
  EXPECT_EQ(result.arms[0].throughput_unit, "calls");
  EXPECT_NEAR(*result.arms[0].throughput_per_s, 1 / 0.03, 1e-9);
  EXPECT_TRUE(result.pairs.empty());
  EXPECT_EQ(result.stopped_by, "launches");
}

TEST(BenchSession, makes_rounds_long_enough_for_short_calls) {
  FakeArms bench(1, [](std::size_t, int, int) { return 0.001; });
  const BenchResult result = bench.run({});
  EXPECT_EQ(result.arms[0].samples, static_cast<std::int64_t>(bench.passes.size()) * 80 / 16);
}

TEST(BenchSession, bears_calls_that_take_no_time_on_a_coarse_clock) {
  FakeArms bench(2, [](std::size_t arm, int, int) { return arm == 0 ? 0.0 : 1e-7; });
  EXPECT_EQ(bench.run({}).arms[1].speed, "slower");
}

TEST(BenchSession, gives_percentiles_with_their_intervals_or_says_why_not) {
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

TEST(BenchSession, keeps_the_first_launchs_calls_and_says_how_they_develop) {
  FakeArms bench(2, [](std::size_t arm, int launch, int call) {
    const double settled = noisy(0.01, 0.0, 0.002, arm, launch, call);
    return arm == 1 && call < 2 ? 20.0 * settled : settled;
  });
  const BenchResult result = bench.run({});
  EXPECT_EQ(result.arms[0].warm_up, "flat");
  EXPECT_EQ(result.arms[1].warm_up, "warm_up");
  ASSERT_GT(result.arms[1].warm_up_s.size(), 6U);
  EXPECT_GT(result.arms[1].warm_up_s[1], 10.0 * result.arms[1].warm_up_s[2]);
}

TEST(BenchSession, warns_of_page_faults_that_differ_between_launches_and_between_arms) {
  FakeArms bench(2, steadily(0.01));
  EXPECT_TRUE(codes_of(bench.run({})).empty());
  FakeArms launches(2, steadily(0.01));
  launches.faults = [](std::size_t arm, int launch) { return arm == 1 && launch == 3 ? 5000 : 2; };
  const BenchResult result = launches.run({});
  EXPECT_EQ(codes_of(result),
            (std::vector<std::string>{"page_faults_differ", "page_faults_of_arms_differ"}));
  EXPECT_EQ(result.arms[1].page_faults_low, 2.0);
  EXPECT_EQ(result.arms[1].page_faults_high, 5000.0);
  FakeArms arms(2, steadily(0.01));
  arms.faults = [](std::size_t arm, int) { return arm == 1 ? 3000 : 2; };
  EXPECT_EQ(codes_of(arms.run({})), std::vector<std::string>{"page_faults_of_arms_differ"});
}

TEST(BenchSession, judges_each_arm_by_the_gate) {
  FakeArms bench(4, around({0.01, 0.0101, 0.0125, 0.008}));
  const BenchResult result = bench.run({.max_regress = 0.05});
  EXPECT_EQ(result.pairs[0].gate, "pass");
  EXPECT_EQ(result.pairs[1].gate, "fail");
  EXPECT_EQ(result.pairs[2].gate, "pass");
  FakeArms ungated(2, around({0.01, 0.02}));
  EXPECT_EQ(ungated.run({}).pairs[0].gate, "");
}

TEST(BenchSession, says_which_level_the_intervals_width_comes_from) {
  FakeArms launches(2, [](std::size_t arm, int launch, int call) {
    return noisy(0.01, 0.03, 0.0001, arm, launch, call);
  });
  EXPECT_EQ(launches.run({}).pairs[0].dominated_by, "launches");
  FakeArms blocks(2, [](std::size_t arm, int launch, int call) {
    return noisy(0.01, 0.0, 0.3, arm, launch, call);
  });
  EXPECT_EQ(blocks.run({.budget_s = 400.0, .min_launches = 20}).pairs[0].dominated_by, "blocks");
}

TEST(BenchSession, repeats_itself_for_the_same_seed) {
  const auto run = [](std::uint64_t seed) {
    FakeArms bench(3, around({0.01, 0.0102, 0.0101}));
    const BenchResult result = bench.run({.seed = seed});
    return std::pair(bench.passes, *result.pairs[1].speedup_low);
  };
  const auto first = run(7);
  EXPECT_EQ(first, run(7));
  EXPECT_NE(first.first, run(8).first);
}

TEST(BenchSession, lets_an_arms_failure_out_and_keeps_no_arm) {
  FakeArms bench(2, [](std::size_t arm, int launch, int call) {
    if (arm == 1 && launch == 1 && call == 12) throw std::runtime_error("it broke");
    return 0.01;
  });
  EXPECT_THROW(bench.run({}), std::runtime_error);
  EXPECT_EQ(bench.finished, 2);  // of the first launch; the others end with their objects
}

}  // namespace
}  // namespace tsctl
