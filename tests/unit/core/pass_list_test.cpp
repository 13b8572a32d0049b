#include <gtest/gtest.h>

#include <set>

#include "tsctl/core/rewrite.h"

namespace tsctl {
namespace {

TEST(PassList, keeps_its_names_and_their_order) {
  std::vector<std::string> names;
  for (const PassInfo& pass : pass_list()) names.push_back(pass.name);
  EXPECT_EQ(names, (std::vector<std::string>{
                       "remove_gradient", "freeze_constants", "remove_dropout",
                       "fold_conv_batchnorm", "fold_conv_add_sub", "fold_conv_mul_div",
                       "fold_linear_batchnorm", "concat_linear", "peephole"}));
}

TEST(PassList, freezes_before_it_optimizes_and_freezes_exactly) {
  bool optimizing = false;
  for (const PassInfo& pass : pass_list()) {
    EXPECT_TRUE(pass.goal == "freeze" || pass.goal == "optimize") << pass.name;
    optimizing = optimizing || pass.goal == "optimize";
    EXPECT_EQ(pass.goal == "optimize", optimizing) << pass.name;
    if (pass.goal == "freeze") {
      EXPECT_TRUE(pass.exact) << pass.name;
    }
    if (pass.name.starts_with("fold_")) {
      EXPECT_FALSE(pass.exact) << pass.name;
    }
  }
}

TEST(PassList, says_in_a_sentence_what_each_pass_does) {
  for (const PassInfo& pass : pass_list()) EXPECT_TRUE(pass.summary.ends_with('.')) << pass.name;
}

}  // namespace
}  // namespace tsctl
