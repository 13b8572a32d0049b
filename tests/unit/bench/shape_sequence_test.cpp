#include "tsctl/bench/shape_sequence.h"

#include <gtest/gtest.h>

#include "bench/fake_arms.h"
#include "tsctl/bench/launched_arm.h"

namespace tsctl {
namespace {

// Two arms and three sets; a call takes what `call_s` says.
struct Sequenced {
  Sequenced(std::vector<std::size_t> order, FakeArms::CallSeconds call_s)
      : sequence(std::move(order), {"B=1", "B=8", "B=32"}), bench(2, std::move(call_s)) {
    for (BenchArm& arm : bench.arms) arm.request.set_index = 1;
    bench.wrap = [this](const Launcher& launch) { return sequence.around(launch); };
    result = bench.run({});
    sequence.report(result);
  }

  ShapeSequence sequence;
  FakeArms bench;
  BenchResult result = {};
};

TEST(ShapeSequence, calls_the_sets_in_their_order_before_anything_else) {
  const Sequenced run({0, 2, 0, 1}, [](std::size_t, int, int) { return 0.01; });
  EXPECT_EQ(run.result.sequence, (std::vector<std::string>{"B=1", "B=32", "B=1", "B=8"}));
  // Then the set that is timed.
  EXPECT_EQ(run.bench.sets_used.front(), (std::vector<std::size_t>{0, 2, 0, 1, 1}));
  EXPECT_EQ(run.bench.sets_used.size(), 10U);  // of two arms in five launches
  EXPECT_EQ(run.bench.calls_before_last_set, 4);
}

TEST(ShapeSequence, gives_medians_of_each_sets_early_calls_and_of_the_later_ones) {
  const Sequenced run({0, 0, 0, 0, 0, 1}, [](std::size_t arm, int launch, int call) {
    return 0.01 * static_cast<double>(arm + 1) * (call < 3 ? 4 - call : 1) + 0.0001 * launch;
  });
  const std::vector<SequenceSet>& sets = run.result.arms[0].sequence;
  ASSERT_EQ(sets.size(), 2U);
  EXPECT_EQ(sets[0].set, "B=1");
  EXPECT_EQ(sets[0].calls, 5);
  EXPECT_NEAR(*sets[0].first_call_s, 0.0402, 1e-12);  // of the third launch, which is the median
  EXPECT_NEAR(*sets[0].second_call_s, 0.0302, 1e-12);
  EXPECT_NEAR(*sets[0].third_call_s, 0.0202, 1e-12);
  EXPECT_NEAR(*sets[0].median_s, 0.0102, 1e-12);
  EXPECT_EQ(sets[1].calls, 1);
  EXPECT_NEAR(*sets[1].first_call_s, 0.0102, 1e-12);
  EXPECT_FALSE(sets[1].second_call_s);
  EXPECT_FALSE(sets[1].median_s);
  EXPECT_NEAR(*run.result.arms[1].sequence[0].third_call_s, 0.0402, 1e-12);
}

TEST(ShapeSequence, names_the_places_where_most_launches_were_slow) {
  const Sequenced run({0, 1, 0, 1, 0, 1, 0, 1}, [](std::size_t, int launch, int call) {
    if (call == 3) return 0.05;                 // the second call of B=8, in every launch
    if (call == 6 && launch == 2) return 0.05;  // noise
    return call == 0 ? 0.021 : 0.01;            // twice is a spike, and a little more
  });
  const std::vector<SequenceSet>& sets = run.result.arms[0].sequence;
  EXPECT_EQ(sets[0].spikes, std::vector<int>{1});
  EXPECT_EQ(sets[1].spikes, std::vector<int>{4});
}

TEST(ShapeSequence, compares_sets_without_later_calls_with_their_fastest_call) {
  const Sequenced run({2, 2, 2},
                      [](std::size_t, int, int call) { return call == 1 ? 0.09 : 0.01; });
  const std::vector<SequenceSet>& sets = run.result.arms[1].sequence;
  ASSERT_EQ(sets.size(), 1U);
  EXPECT_EQ(sets[0].set, "B=32");
  EXPECT_EQ(sets[0].spikes, std::vector<int>{2});
}

}  // namespace
}  // namespace tsctl
