#include "tsctl/archive/sequence_diff.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace tsctl {

namespace {

using Sequence = std::vector<std::size_t>;

std::size_t longest_common(const Sequence& a, const Sequence& b) {
  std::vector<std::size_t> row(b.size() + 1, 0);
  for (const std::size_t item : a) {
    std::size_t diagonal = 0;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t above = row[j + 1];
      row[j + 1] = item == b[j] ? diagonal + 1 : std::max(row[j], above);
      diagonal = above;
    }
  }
  return row.back();
}

Sequence random_sequence(std::mt19937& random) {
  Sequence sequence(random() % 30);
  for (std::size_t& item : sequence) item = random() % 4;
  return sequence;
}

TEST(SequenceDiff, finds_a_shortest_alignment_of_any_two_sequences) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    const Sequence a = random_sequence(random);
    const Sequence b = random_sequence(random);
    const auto steps = aligned(a, b, 100);
    ASSERT_TRUE(steps.has_value());
    std::size_t in_a = 0;
    std::size_t in_b = 0;
    std::size_t common = 0;
    for (const SequenceStep& step : *steps) {
      EXPECT_EQ(step.a, in_a);
      EXPECT_EQ(step.b, in_b);
      if (step.kind == SequenceStep::Kind::both) {
        EXPECT_EQ(a[step.a], b[step.b]);
        ++common;
      }
      in_a += step.kind != SequenceStep::Kind::only_b ? 1 : 0;
      in_b += step.kind != SequenceStep::Kind::only_a ? 1 : 0;
    }
    EXPECT_EQ(in_a, a.size());
    EXPECT_EQ(in_b, b.size());
    EXPECT_EQ(common, longest_common(a, b));
  }
}

TEST(SequenceDiff, gives_up_beyond_the_limit) {
  const Sequence a(50, 1);
  const Sequence b(50, 2);
  EXPECT_FALSE(aligned(a, b, 99).has_value());
  EXPECT_TRUE(aligned(a, b, 100).has_value());
  EXPECT_FALSE(aligned(a, {}, 49).has_value());
}

}  // namespace

}  // namespace tsctl
