#include "options/load_options.h"

#include <gtest/gtest.h>

#include "tools/errors.h"
#include "tsctl/bench/launched_arm.h"

namespace tsctl {
namespace {

TEST(LoadPlanFrom, is_plain_without_flags) { EXPECT_TRUE(load_plan_from({}, {}, 2).plain()); }

TEST(LoadPlanFrom, takes_flags_over) {
  const LoadPlan plan = load_plan_from(
      {.rate = "200/s", .arrivals = Arrivals::constant, .concurrency = 4, .instances = 2}, {}, 2);
  EXPECT_EQ(plan.rate_per_s, 200.0);
  EXPECT_EQ(plan.arrivals, Arrivals::constant);
  EXPECT_EQ(plan.concurrency, 4);
  EXPECT_EQ(plan.instances, 2);
  EXPECT_EQ(load_plan_from({.rate = "12.5"}, {.budget_s = 60.0}, 2).rate_per_s, 12.5);
  EXPECT_EQ(load_plan_from({.rate = "200"}, {}, 2).arrivals, Arrivals::poisson);
}

TEST(LoadPlanFrom, refuses_what_is_no_rate) {
  for (const std::string text : {"0", "-5", "many", "5 per s", "nan", "inf", "1e9", "5/min"}) {
    EXPECT_EQ(error_of([&] { load_plan_from({.rate = text}, {}, 1); }),
              "usage: --rate '" + text +
                  "' is not a number of calls per second | write 200 or 200/s, at most a million");
  }
}

TEST(LoadPlanFrom, refuses_a_rate_that_leaves_too_few_calls_to_compare) {
  EXPECT_EQ(error_of([] { load_plan_from({.rate = "2"}, {.budget_s = 15.0}, 2); }),
            "usage: --rate '2' offers too few calls within the budget to compare arms | raise "
            "--rate, or measure for longer: --budget 60s");
  EXPECT_NO_THROW(load_plan_from({.rate = "2"}, {.budget_s = 60.0}, 2));
}

TEST(LoadPlanFrom, refuses_arrivals_where_nothing_arrives) {
  EXPECT_TRUE(error_of([] {
                load_plan_from({.arrivals = Arrivals::constant}, {}, 1);
              }).starts_with("usage: --arrivals needs --rate"));
}

TEST(Oversubscribed, warns_of_more_threads_than_cores) {
  BenchArm arm{.request = {.label = "a", .settings = {.threads = 2}}};
  EXPECT_TRUE(oversubscribed({arm}, {.concurrency = 2}, 4).empty());
  EXPECT_TRUE(oversubscribed({arm}, {}, 1).empty());
  const auto warnings = oversubscribed({arm}, {.concurrency = 2, .instances = 2}, 4);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].code, WarningCode::oversubscribed);
  EXPECT_EQ(warnings[0].text,
            "'a' runs up to 4 calls of 2 threads at once on 4 cores: its latencies include the "
            "wait for a core; lower --threads");
  arm.request.device = "cuda";
  EXPECT_TRUE(oversubscribed({arm}, {.concurrency = 8}, 4).empty());
}

}  // namespace
}  // namespace tsctl
