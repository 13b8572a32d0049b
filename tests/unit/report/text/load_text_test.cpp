#include "tsctl/report/text/load_text.h"

#include <gtest/gtest.h>

namespace tsctl {
namespace {

TEST(LoadText, says_nothing_of_one_call_after_another) {
  EXPECT_EQ(load_text({.arms = {{.label = "a"}}}), "");
  EXPECT_EQ(sequence_text({.arms = {{.label = "a"}}}), "");
}

TEST(LoadText, sets_what_was_offered_beside_what_was_ended) {
  const BenchResult bench{
      .arms = {{.label = "a", .loop = Loop::open, .offered_per_s = 201.0, .achieved_per_s = 200.0},
               {.label = "b", .loop = Loop::open, .offered_per_s = 201.0, .achieved_per_s = 99.5}},
      .load = {.rate_per_s = 200.0, .concurrency = 1, .instances = 2}};
  EXPECT_EQ(load_text(bench),
            "load       open loop, 200 calls/s at poisson times, at most 1 call in flight in each "
            "of 2 processes; latencies are measured from the time a call is due\n"
            "           'a' completed 200 calls/s of 201 offered\n"
            "           'b' completed 99.50 calls/s of 201 offered\n");
}

TEST(LoadText, names_a_closed_loop) {
  const BenchResult bench{.arms = {{.label = "a", .achieved_per_s = 300.0}},
                          .load = {.concurrency = 4}};
  EXPECT_EQ(load_text(bench),
            "load       closed loop, 4 calls in flight in one process; speedups compare completed "
            "calls per second\n"
            "           'a' completed 300 calls/s\n");
}

TEST(SequenceText, has_a_row_for_each_arm_and_set) {
  SequenceSet eight{.set = "B=8", .calls = 20, .first_call_s = 0.002, .second_call_s = 0.05};
  eight.third_call_s = 0.001;
  eight.median_s = 0.001;
  for (int place = 1; place < 11; ++place) eight.spikes.push_back(place);
  const BenchResult bench{
      .arms = {{.label = "a",
                .sequence = {{.set = "B=1", .calls = 1, .first_call_s = 0.001}, eight}}},
      .sequence = {"B=1", "B=8"}};
  EXPECT_EQ(sequence_text(bench),
            "sequence  set  calls  1st call       2nd       3rd     later  spikes at\n"
            "a         B=1      1  1.000 ms         -         -         -  -\n"
            "a         B=8     20  2.000 ms  50.00 ms  1.000 ms  1.000 ms  call 1, 2, 3, 4, 5, 6, "
            "7, 8, …\n"
            "\n");
}

}  // namespace
}  // namespace tsctl
