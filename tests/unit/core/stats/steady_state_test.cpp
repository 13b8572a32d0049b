#include "tsctl/core/stats/steady_state.h"

#include <gtest/gtest.h>

namespace tsctl {
namespace {

TEST(SteadyState, needs_the_fewest_calls_even_when_all_are_equal) {
  SteadyState state;
  state.add({1.0, 1.0, 1.0, 1.0, 1.0});
  EXPECT_FALSE(state.reached());
  state.add({1.0});
  EXPECT_EQ(state.steady_at_call(), kMinWarmUpCalls);
}

TEST(SteadyState, waits_until_two_windows_agree) {
  SteadyState state;
  // Medians of windows of three, at call 6: 3 and 2; at 7: 2.5 and 1.5; at 8: 2 and 1; at 9: 1.5 and 1; at 10: 1, 1.
  state.add({10.0, 3.0, 2.5, 2.0, 1.5, 1.0, 1.0, 1.0, 1.0});
  EXPECT_FALSE(state.reached());
  state.add({1.0});
  EXPECT_EQ(state.steady_at_call(), 9U + 1U);
}

TEST(SteadyState, takes_a_change_of_five_percent_as_none) {
  SteadyState inside;
  inside.add({100.0, 100.0, 100.0, 105.0, 105.0, 105.0});
  EXPECT_TRUE(inside.reached());
  SteadyState outside;
  outside.add({100.0, 100.0, 100.0, 106.0, 106.0, 106.0});
  EXPECT_FALSE(outside.reached());
}

TEST(SteadyState, ignores_a_single_outlier_in_a_window) {
  SteadyState state;
  state.add({1.0, 50.0, 1.0, 1.0, 1.0, 70.0});
  EXPECT_TRUE(state.reached());
}

TEST(SteadyState, keeps_every_call_and_the_first_answer) {
  SteadyState state;
  state.add({1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 9.0, 9.0});
  EXPECT_EQ(state.calls().size(), 8U);
  EXPECT_EQ(state.steady_at_call(), 6U);
}

TEST(SteadyState, gives_the_same_answer_however_calls_arrive) {
  const std::vector<double> calls{5.0, 4.0, 3.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0};
  SteadyState together;
  together.add(calls);
  SteadyState singly;
  for (const double call : calls) singly.add({call});
  EXPECT_TRUE(together.reached());
  EXPECT_EQ(together.steady_at_call(), singly.steady_at_call());
}

}  // namespace
}  // namespace tsctl
