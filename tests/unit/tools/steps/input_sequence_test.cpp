#include "steps/input_sequence.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tools/errors.h"

namespace tsctl {
namespace {

class SequenceFrom : public testing::Test {
 protected:
  SequenceFrom() {
    inputs_.plan = {
        .specs = {"BxT"}, .dims = {"B=1,8,32", "T=5,7"}, .bench_dims = "T=7", .seed = 3};
  }

  std::vector<std::size_t> order(const std::string& text) const {
    return sequence_from(text, inputs_, 6);
  }

  ModelInputs inputs_ = {};  // B=1,T=5  B=1,T=7  B=8,T=5  B=8,T=7  B=32,T=5  B=32,T=7
};

TEST_F(SequenceFrom, is_empty_without_the_flag) { EXPECT_TRUE(order("").empty()); }

TEST_F(SequenceFrom, takes_all_sets_three_times_over) {
  EXPECT_EQ(order("sets"),
            (std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5}));
}

TEST_F(SequenceFrom, shuffles_them_by_the_seed) {
  const std::vector<std::size_t> shuffled = order("shuffle");
  EXPECT_NE(shuffled, order("sets"));
  EXPECT_EQ(shuffled, order("shuffle"));
  std::vector<std::size_t> sorted = shuffled;
  std::ranges::sort(sorted);
  std::vector<std::size_t> expected = order("sets");
  std::ranges::sort(expected);
  EXPECT_EQ(sorted, expected);
  inputs_.plan.seed = 4;
  EXPECT_NE(shuffled, order("shuffle"));
}

TEST_F(SequenceFrom, finds_the_sets_of_listed_values) {
  EXPECT_EQ(order("B=1,8,1,32"), (std::vector<std::size_t>{1, 3, 1, 5}));  // at T=7, as is timed
  EXPECT_EQ(order("T=5,7"), (std::vector<std::size_t>{0, 1}));
}

TEST_F(SequenceFrom, refuses_what_names_no_set) {
  EXPECT_EQ(error_of([&] { order("B=1,4"); }),
            "usage: --shape-sequence 'B=1,4': --dim B does not have the value 4 | choose one of "
            "the values of --dim, or add this one to it");
  EXPECT_EQ(error_of([&] { order("N=1"); }),
            "usage: --shape-sequence 'N=1': there is no --dim N | give its values with --dim "
            "N=V1,V2,…");
  EXPECT_EQ(
      error_of([&] { order("shufle"); }),
      "usage: --shape-sequence 'shufle' is not a sequence of input sets | did you mean shuffle?");
  EXPECT_TRUE(error_of([&] { order("B=1,,8"); }).starts_with("usage: --shape-sequence 'B='"));
  EXPECT_TRUE(error_of([&] { order("B="); }).starts_with("usage: --shape-sequence 'B='"));
  EXPECT_EQ(error_of([&] { sequence_from("sets", inputs_, 1); }),
            "usage: --shape-sequence sets: there is only one input set | give a dimension several "
            "values: --input Bx784 --dim B=1,8,32");
}

}  // namespace
}  // namespace tsctl
