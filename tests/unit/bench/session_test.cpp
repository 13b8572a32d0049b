#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "bench/fake_arms.h"
#include "tsctl/bench/launched_arm.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/bench_options.h"

namespace tsctl {
namespace {

TEST(BenchSession, runs_every_arm_once_in_each_cycle_in_an_order_drawn_at_random) {
  FakeArms bench(3, around({0.01, 0.01, 0.01}));
  bench.run({});
  std::set<std::vector<std::size_t>> orders;
  for (std::vector<std::size_t> cycle : bench.cycles) {
    orders.insert(cycle);
    std::ranges::sort(cycle);
    EXPECT_EQ(cycle, (std::vector<std::size_t>{0, 1, 2}));
  }
  EXPECT_GE(bench.cycles.size(), 60U);
  EXPECT_EQ(orders.size(), 6U);
}

TEST(BenchSession, splits_a_round_into_as_many_cycles_as_its_calls_permit) {
  const auto cycles_of = [](std::vector<double> call_s) {
    FakeArms bench(call_s.size(), steadily_each(call_s));
    const BenchResult result = bench.run({});
    return static_cast<double>(bench.cycles.size()) / static_cast<double>(result.pairs[0].pairs);
  };
  EXPECT_EQ(cycles_of({0.001, 0.001}), 16.0);
  EXPECT_EQ(cycles_of({0.0099, 0.0099}), 4.0);  // of two calls each
  EXPECT_EQ(cycles_of({0.1, 0.1}), 1.0);
  EXPECT_EQ(cycles_of({0.0001, 0.0099}), 4.0);  // the slowest arm decides
}

TEST(BenchSession, is_robust_against_a_disturbance_of_some_blocks_of_one_arm) {
  // The second arm is disturbed in the first four of the sixteen blocks of its rounds.
  FakeArms bench(2, [](std::size_t arm, int launch, int call) {
    const double slow = arm == 1 && call % 96 < 24 ? 1.5 : 1.0;
    return slow * noisy(0.001, 0.0002, 0.001, arm, launch, call);
  });
  EXPECT_EQ(bench.run({}).arms[1].speed, ArmSpeed::equivalent);
}

TEST(BenchSession, is_robust_against_interrupted_calls_in_short_blocks) {
  // Three of ten calls of the second arm are interrupted: one of the two in more than half of its blocks.
  FakeArms bench(2, [](std::size_t arm, int launch, int call) {
    const double slow = arm == 1 && (7 * call + launch) % 10 < 3 ? 3.0 : 1.0;
    return slow * noisy(0.0024, 0.0002, 0.001, arm, launch, call);
  });
  EXPECT_EQ(bench.run({}).arms[1].speed, ArmSpeed::equivalent);
}

TEST(BenchSession, draws_one_address_layout_for_all_arms_of_a_launch) {
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

TEST(BenchSession, pins_all_arms_of_a_round_to_the_same_random_cores) {
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
  EXPECT_EQ(noisy_rounds.stopped_by, StopReason::pairs);
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
  EXPECT_EQ(bench.shares.front(), 0.0);
  EXPECT_TRUE(std::ranges::is_sorted(bench.shares));
  EXPECT_GT(bench.shares.size(), 10U);  // during a launch too
  EXPECT_LE(bench.shares.back(), 1.0);
}

TEST(BenchSession, ends_with_the_minimum_of_launches_if_they_are_precise) {
  FakeArms bench(2, steadily(0.0099));
  const BenchResult result = bench.run({.budget_s = 1000.0, .min_launches = 6});
  EXPECT_EQ(result.stopped_by, StopReason::precision);
  EXPECT_EQ(result.arms[0].launches, 6);
  EXPECT_LE(result.arms[0].samples, 6 * 6 * 8);
  EXPECT_EQ(codes_of(result), std::vector<std::string>{});
}

TEST(BenchSession, goes_on_launching_until_the_budget_is_spent) {
  FakeArms bench(2, [](std::size_t arm, int launch, int call) {
    return noisy(0.01, 0.05, 0.001, arm, launch, call);
  });
  const BenchResult result = bench.run({.budget_s = 20.0});
  EXPECT_EQ(result.stopped_by, StopReason::budget);
  EXPECT_GT(result.arms[0].launches, 24);
  EXPECT_LT(result.measured_s, 20.5);
  EXPECT_GT(result.measured_s, 18.0);
  EXPECT_EQ(result.budget_s, 20.0);
  EXPECT_EQ(result.arms[1].speed, ArmSpeed::inconclusive);
}

TEST(BenchSession, shares_the_budget_among_few_launches_when_rounds_are_noisy) {
  FakeArms bench(2, [](std::size_t arm, int launch, int call) {
    return noisy(0.01, 0.0, 0.3, arm, launch, call);
  });
  const BenchResult result = bench.run({.budget_s = 20.0});
  EXPECT_EQ(result.stopped_by, StopReason::budget);
  EXPECT_LE(result.arms[0].launches, 18);  // 26 where launches differ
  EXPECT_GT(result.arms[0].samples, 5 * 6 * 8);
  EXPECT_LT(result.measured_s, 20.5);
  EXPECT_GT(result.measured_s, 19.0);
}

TEST(BenchSession, stops_measuring_when_the_verdict_is_decided) {
  FakeArms bench(2, around({0.01, 0.005}));
  const BenchResult result = bench.run({.budget_s = 200.0, .precision = 0.002});
  EXPECT_EQ(result.stopped_by, StopReason::precision);
  EXPECT_EQ(result.arms[0].launches, 5);
}

TEST(BenchSession, makes_fewer_launches_rather_than_exceed_the_budget) {
  FakeArms bench(2, around({0.5, 0.5}));
  const BenchResult result = bench.run({.budget_s = 20.0});
  EXPECT_GE(result.arms[0].launches, 3);
  EXPECT_LE(result.measured_s, 1.1 * 20.0);
  EXPECT_EQ(codes_of(result), std::vector<std::string>({"warm_up_not_steady", "warm_up_not_steady",
                                                        "too_few_launches"}));
}

TEST(BenchSession, refuses_a_budget_that_cannot_hold_two_launches_before_it_is_spent) {
  FakeArms bench(3, around({2.0, 2.0, 2.0}));
  try {
    bench.run({.budget_s = 20.0});
    FAIL() << "the budget was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::undecided);
    EXPECT_THAT(error.what(), testing::StartsWith("2 launches of 3 arms"));
    EXPECT_THAT(error.what(), testing::HasSubstr("the budget is 20.00 s"));
    EXPECT_THAT(error.hint(), testing::StartsWith("give --budget 1"));
  }
  EXPECT_LT(bench.now_s, 20.0);
  EXPECT_FALSE(bench.outcome.result.has_value());
}

TEST(BenchSession, begins_anew_with_passive_arms_when_other_work_keeps_the_cpus_busy) {
  FakeArms bench(2, around({0.01, 0.01}));
  for (BenchArm& arm : bench.arms) arm.request.settings.threads = 2;
  bench.cpu_waiting_s = [&] { return 0.5 * bench.now_s; };
  const BenchResult result = bench.run({});
  EXPECT_EQ(result.wait_policy, WaitPolicy::passive);
  ASSERT_GE(bench.wait_policies.size(), 4U);
  EXPECT_EQ(bench.wait_policies[0], WaitPolicy::active);
  EXPECT_EQ(bench.wait_policies[1], WaitPolicy::active);
  for (std::size_t i = 2; i < bench.wait_policies.size(); ++i)
    EXPECT_EQ(bench.wait_policies[i], WaitPolicy::passive);
  EXPECT_EQ(static_cast<std::size_t>(result.arms[0].launches), bench.wait_policies.size() / 2 - 1);
  EXPECT_EQ(bench.outcome.samples.front().launch, 1);
}

TEST(BenchSession, does_not_begin_anew_if_no_arm_runs_on_the_cpu) {
  const auto launched_arms = [](const std::string& second_device) {
    FakeArms bench(2, around({0.01, 0.01}));
    for (BenchArm& arm : bench.arms) {
      arm.request.settings.threads = 2;
      arm.request.device = "cuda:0";
    }
    bench.arms[1].request.device = second_device;
    bench.cpu_waiting_s = [&] { return 0.9 * bench.now_s; };
    const BenchResult result = bench.run({.cores = 2});
    return static_cast<int>(bench.wait_policies.size()) - (2 * result.arms[0].launches);
  };
  EXPECT_EQ(launched_arms("cuda:0"), 0);
  EXPECT_EQ(launched_arms("cpu"), 2);
}

TEST(BenchSession, lets_arms_wait_actively_where_nothing_speaks_against_it) {
  const auto policy_of = [](int threads, double waiting_share, WaitPolicy asked) {
    FakeArms bench(2, around({0.01, 0.01}));
    for (BenchArm& arm : bench.arms) arm.request.settings.threads = threads;
    bench.cpu_waiting_s = [&bench, waiting_share] { return waiting_share * bench.now_s; };
    return bench.run({.wait_policy = asked}).wait_policy;
  };
  EXPECT_EQ(policy_of(2, 0.05, WaitPolicy::automatic), WaitPolicy::active);
  EXPECT_EQ(policy_of(1, 0.9, WaitPolicy::automatic), WaitPolicy::active);
  EXPECT_EQ(policy_of(2, 0.9, WaitPolicy::active), WaitPolicy::active);
  EXPECT_EQ(policy_of(2, 0.0, WaitPolicy::passive), WaitPolicy::passive);
}

TEST(BenchSession, leaves_out_waits_for_a_core_on_a_busy_host) {
  struct Case {
    const char* name;
    BenchOptions options;
    int threads;
    double waiting_share;
    int cores;  // 0: nothing is left out
  };
  const Case cases[] = {
      {"quiet", {.cores = 2}, 1, 0.0, 0},
      {"busy before the measurement", {.busy_host = true, .cores = 2}, 1, 0.0, 1},
      {"busy during it", {.cores = 2}, 1, 0.9, 1},
      {"busy, two threads", {.cores = 2}, 2, 0.9, 2},
      {"active threads", {.wait_policy = WaitPolicy::active, .cores = 2}, 2, 0.9, 2},
      {"more threads than cores", {.busy_host = true, .cores = 2}, 4, 0.9, 2},
      {"load", {.busy_host = true, .cores = 2, .load = {.concurrency = 2}}, 1, 0.9, 0},
  };
  for (const Case& tried : cases) {
    SCOPED_TRACE(tried.name);
    FakeArms bench(2, around({0.01, 0.01}));
    for (BenchArm& arm : bench.arms) arm.request.settings.threads = tried.threads;
    bench.cpu_waiting_s = [&] { return tried.waiting_share * bench.now_s; };
    const BenchResult result = bench.run(tried.options);
    EXPECT_EQ(bench.waits_left_out.back(), tried.cores);
    EXPECT_EQ(result.arms[1].core_wait_share.has_value(), tried.cores > 0);
    EXPECT_DOUBLE_EQ(result.arms[1].core_wait_share.value_or(0.0), tried.cores > 0 ? 0.5 : 0.0);
  }
}

TEST(BenchSession, lets_small_teams_share_one_core_on_a_busy_host) {
  struct Case {
    const char* name;
    BenchOptions options;
    int threads;  // of the baseline
    int others;   // of the other arm
    const char* device;
    bool shared;
  };
  const Case cases[] = {
      {"quiet", {.cores = 2}, 2, 2, "cpu", false},
      {"busy", {.busy_host = true, .cores = 2}, 2, 2, "cpu", true},
      {"more threads than cores", {.busy_host = true, .cores = 2}, 4, 4, "cpu", true},
      {"one thread", {.busy_host = true, .cores = 2}, 1, 1, "cpu", false},
      {"a large team", {.busy_host = true, .cores = 8}, 8, 8, "cpu", false},
      {"numbers of threads compared", {.busy_host = true, .cores = 2}, 1, 2, "cpu", false},
      {"a GPU compared", {.busy_host = true, .cores = 2}, 2, 2, "cuda:0", false},
      {"spinning", {.wait_policy = WaitPolicy::active, .busy_host = true}, 2, 2, "cpu", false},
      {"load", {.busy_host = true, .cores = 2, .load = {.concurrency = 2}}, 2, 2, "cpu", false},
  };
  for (const Case& tried : cases) {
    SCOPED_TRACE(tried.name);
    FakeArms bench(2, around({0.01, 0.01}));
    bench.arms[0].request.settings.threads = tried.threads;
    bench.arms[1].request.settings.threads = tried.others;
    bench.arms[1].request.device = tried.device;
    bench.run(tried.options);
    EXPECT_EQ(bench.shares_one_core.back(), tried.shared);
  }
}

TEST(BenchSession, waits_passively_from_the_start_on_a_host_that_was_busy_before) {
  FakeArms bench(2, around({0.01, 0.01}));
  for (BenchArm& arm : bench.arms) arm.request.settings.threads = 2;
  bench.run({.busy_host = true, .cores = 2});
  EXPECT_EQ(bench.wait_policies.front(), WaitPolicy::passive);
}

TEST(BenchSession, keeps_the_finished_launches_when_an_arm_fails) {
  FakeArms bench(2, [](std::size_t, int launch, int) {
    if (launch == 3) throw std::runtime_error("it crashed");
    return 0.01;
  });
  EXPECT_THROW(bench.run({}), std::runtime_error);
  ASSERT_TRUE(bench.outcome.result.has_value());
  EXPECT_TRUE(bench.outcome.result->partial);
  EXPECT_EQ(bench.outcome.result->arms[0].launches, 3);
  EXPECT_EQ(bench.outcome.result->pairs[0].launches, 3);
  EXPECT_EQ(bench.outcome.samples.size(), 6U);
  FakeArms at_once(2, [](std::size_t, int, int) -> double { throw std::runtime_error("crash"); });
  EXPECT_THROW(at_once.run({}), std::runtime_error);
  EXPECT_FALSE(at_once.outcome.result.has_value());
}

TEST(BenchSession, excludes_the_start_of_python_from_the_budget) {
  FakeArms file(2, around({0.01, 0.01}));
  file.load_s = {0.1, 3.0};
  const BenchResult short_of_time = file.run({.budget_s = 10.0});
  FakeArms eager(2, around({0.01, 0.01}));
  eager.load_s = {0.1, 3.0};
  eager.arms[1].site = PythonSite{};
  const BenchResult enough = eager.run({.budget_s = 10.0});
  EXPECT_GT(enough.pairs[0].pairs, 2 * short_of_time.pairs[0].pairs);
  EXPECT_EQ(short_of_time.python_load_s, 0.0);
  EXPECT_NEAR(enough.python_load_s, 3.0 * static_cast<double>(enough.arms[1].launches), 1e-6);
}

TEST(BenchSession, makes_rounds_long_enough_for_short_calls) {
  FakeArms bench(1, [](std::size_t, int, int) { return 0.001; });
  const BenchResult result = bench.run({});
  EXPECT_EQ(result.arms[0].samples, static_cast<std::int64_t>(bench.cycles.size()) * 80 / 16);
}

TEST(BenchSession, repeats_itself_for_the_same_seed) {
  const auto run = [](std::uint64_t seed) {
    FakeArms bench(3, around({0.01, 0.0102, 0.0101}));
    const BenchResult result = bench.run({.seed = seed});
    return std::pair(bench.cycles, *result.pairs[1].speedup_low);
  };
  const auto first = run(7);
  EXPECT_EQ(first, run(7));
  EXPECT_NE(first.first, run(8).first);
}

TEST(BenchSession, passes_an_arms_failure_on_and_keeps_no_arm) {
  FakeArms bench(2, [](std::size_t arm, int launch, int call) {
    if (arm == 1 && launch == 1 && call == 12) throw std::runtime_error("it broke");
    return 0.01;
  });
  EXPECT_THROW(bench.run({}), std::runtime_error);
  EXPECT_EQ(bench.finished, 2);  // of the first launch; the others end with their objects
}

}  // namespace
}  // namespace tsctl
