#include "tsctl/core/pass_list.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tsctl {
namespace {

TEST(PassList, keeps_its_names_and_their_order) {
  std::vector<std::string> names;
  for (const PassInfo& pass : kPasses) names.emplace_back(pass.name);
  EXPECT_EQ(names, (std::vector<std::string>{"remove_gradient",
                                             "freeze_constants",
                                             "remove_dropout",
                                             "remove_no_ops",
                                             "decompose_attention",
                                             "fold_pad_conv",
                                             "fold_conv_batchnorm",
                                             "fold_conv_add_sub",
                                             "fold_conv_mul_div",
                                             "fold_linear_batchnorm",
                                             "fold_linear_mul_add",
                                             "concat_linear",
                                             "fuse_attention",
                                             "fuse_normalization",
                                             "fuse_activation",
                                             "peephole",
                                             "pack_linear",
                                             "pack_lstm",
                                             "pack_gru",
                                             "pack_conv"}));
}

TEST(PassList, freezes_before_it_optimizes_and_freezes_exactly) {
  bool optimizing = false;
  for (const PassInfo& pass : kPasses) {
    optimizing = optimizing || pass.goal == RewriteGoal::optimize;
    EXPECT_EQ(pass.goal == RewriteGoal::optimize, optimizing) << pass.name;
    if (pass.goal == RewriteGoal::freeze) {
      EXPECT_EQ(pass.exactness, Exactness::exact) << pass.name;
    }
    if (pass.name.starts_with("fold_")) {
      EXPECT_NE(pass.exactness, Exactness::exact) << pass.name;
    }
  }
}

TEST(PassList, says_in_a_sentence_what_each_pass_does) {
  for (const PassInfo& pass : kPasses) EXPECT_TRUE(pass.summary.ends_with('.')) << pass.name;
}

TEST(PassList, finds_the_row_of_a_name) {
  static_assert(row_of("remove_gradient") == 0);
  EXPECT_EQ(kPasses[row_of("peephole")].name, "peephole");
}

}  // namespace
}  // namespace tsctl
