#include <gtest/gtest.h>

#include "tsctl/report/text/report_text.h"

namespace tsctl {
namespace {

TEST(PassesText, sums_the_passes_up) {
  const std::vector<PassRecord> passes{
      {.pass = "fold_conv_batchnorm",
       .method = "forward",
       .status = PassStatus::changed,
       .nodes_before = 40,
       .nodes_after = 30,
       .changes = {"folded batch_norm into conv2d at features.1",
                   "folded batch_norm into conv2d at features.4"}},
      {.pass = "peephole",
       .method = "forward",
       .status = PassStatus::unchanged,
       .nodes_before = 30,
       .nodes_after = 30},
      {.pass = "peephole",
       .method = "encode",
       .status = PassStatus::unchanged,
       .nodes_before = 5,
       .nodes_after = 5},
      {.pass = "concat_linear", .method = "forward", .status = PassStatus::disabled}};
  EXPECT_EQ(text_from_report({.passes = passes}, {}),
            "pass       fold_conv_batchnorm: 40 -> 30 nodes; folded batch_norm into conv2d at "
            "features.1 and 1 more\n"
            "disabled   concat_linear\n");
  EXPECT_NE(text_from_report({.passes = passes}, {.verbose = true})
                .find("pass       peephole (encode): unchanged\n"),
            std::string::npos);
}

TEST(PassesText, says_with_verbose_what_a_pass_skipped_and_why) {
  const std::vector<PassRecord> passes{
      {.pass = "fold_conv_batchnorm",
       .method = "forward",
       .status = PassStatus::unchanged,
       .matched = 1,
       .skipped = {{"batch_norm", "features.1", "something else reads the result of conv2d"}}}};
  EXPECT_EQ(text_from_report({.passes = passes}, {.verbose = true}),
            "pass       fold_conv_batchnorm: unchanged\n"
            "             skipped batch_norm at features.1: something else reads the result of "
            "conv2d\n");
  EXPECT_EQ(text_from_report({.passes = passes}, {}), "pass       none changed anything\n");
}

}  // namespace
}  // namespace tsctl
