#include "options/pass_listing.h"

#include <gtest/gtest.h>

#include "tools/errors.h"

namespace tsctl {
namespace {

using Names = std::vector<std::string>;

TEST(PassListing, keeps_its_columns) {
  const std::string text = pass_listing_text();
  const std::string heading = text.substr(0, text.find('\n'));
  std::size_t place = 0;
  for (const char* column : {"pass", "step", "exact", "arithmetic", "runs on", "what it does"}) {
    place = heading.find(column, place);
    ASSERT_NE(place, std::string::npos) << column;
  }
  EXPECT_NE(text.find("same"), std::string::npos);
  EXPECT_NE(text.find("reordered"), std::string::npos);
  EXPECT_NE(text.find("cuda "), std::string::npos);
}

TEST(LeftOutPasses, are_those_disabled_and_no_others) {
  EXPECT_EQ(left_out_passes({.disabled = {"peephole"}}), Names{"peephole"});
  EXPECT_EQ(left_out_passes({}), Names{});
}

TEST(LeftOutPasses, are_all_of_optimize_but_the_ones_that_are_to_run) {
  EXPECT_EQ(left_out_passes({.only = {"fold_conv_mul_div", "peephole"}}),
            (Names{"remove_no_ops", "decompose_attention", "fold_pad_conv", "fold_conv_batchnorm",
                   "fold_conv_add_sub", "fold_linear_batchnorm", "fold_linear_mul_add",
                   "concat_linear", "fuse_attention", "fuse_normalization", "fuse_activation",
                   "pack_linear", "pack_lstm", "pack_gru", "pack_conv"}));
}

TEST(LeftOutPasses, never_are_the_freezing_itself) {
  EXPECT_EQ(left_out_passes({.only = {"remove_dropout"}}),
            (Names{"remove_gradient", "remove_no_ops", "decompose_attention", "fold_pad_conv",
                   "fold_conv_batchnorm", "fold_conv_add_sub", "fold_conv_mul_div",
                   "fold_linear_batchnorm", "fold_linear_mul_add", "concat_linear",
                   "fuse_attention", "fuse_normalization", "fuse_activation", "peephole",
                   "pack_linear", "pack_lstm", "pack_gru", "pack_conv"}));
}

TEST(CheckPassFlags, names_the_flag_of_a_pass_that_there_is_not) {
  for (const auto& [flag, flags] : std::vector<std::pair<std::string, PassFlags>>{
           {"--disable-pass", {.disabled = {"peephol"}}},
           {"--only-pass", {.only = {"peephol"}}},
           {"--print-ir-before", {.print_ir_before = {"peephol"}}},
           {"--print-ir-after", {.print_ir_after = {"peephol"}}}}) {
    EXPECT_EQ(error_of([&] { check_pass_flags(flags, RewriteGoal::optimize); }),
              "usage: there is no pass 'peephol' (" + flag +
                  ") | did you mean peephole? --list-passes lists them all");
  }
}

TEST(CheckPassFlags, refuses_passes_of_optimize_where_only_freezing_is_done) {
  EXPECT_EQ(
      error_of([] { check_pass_flags({.only = {"peephole"}}, RewriteGoal::freeze); }),
      "usage: freeze does not run the pass 'peephole' (--only-pass) | tsctl optimize runs it");
  EXPECT_NO_THROW(check_pass_flags({.disabled = {"peephole"}}, RewriteGoal::freeze));
  EXPECT_NO_THROW(check_pass_flags({.only = {"peephole"}}, RewriteGoal::optimize));
}

}  // namespace
}  // namespace tsctl
