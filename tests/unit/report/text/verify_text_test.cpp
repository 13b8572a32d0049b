#include "tsctl/report/text/verify_text.h"

#include <gtest/gtest.h>

#include "report/text/lines_of.h"
#include "tsctl/report/text/style.h"

namespace tsctl {
namespace {

VerifyResult made_up_comparison() {
  VerifyResult verify{.reference = "eager",
                      .candidate = "frozen",
                      .status = Match::differ,
                      .calls_checked = {1, 2, 3, 10},
                      .max_abs = 0.5,
                      .max_abs_to_peak = 0.25,
                      .would_pass_rtol = 0.25};
  const OutputComparison same{
      .output = "out.a", .status = Match::same, .dtype = "float32", .shape = {8}, .rtol = 1e-5};
  OutputComparison differ{.output = "out.b",
                          .status = Match::differ,
                          .reason = DifferenceReason::values,
                          .dtype = "float32",
                          .shape = {8, 10},
                          .rtol = 1e-5,
                          .max_abs = 0.5,
                          .max_rel = 0.5,
                          .max_abs_to_peak = 0.25,
                          .index = {1, 7},
                          .reference_value = 1.0,
                          .candidate_value = 1.5,
                          .would_pass_rtol = 0.25};
  OutputComparison shape{.output = "out.c",
                         .status = Match::differ,
                         .reason = DifferenceReason::shape,
                         .dtype = "float32",
                         .shape = {1, 10}};
  shape.detail = "expected float32 [8, 10], got float32 [1, 10]";
  verify.calls = {
      {.set = "B=8", .call = 1, .status = Match::differ, .outputs = {same, differ, shape}}};
  return verify;
}

TEST(VerifyText, says_where_outputs_differ_and_what_would_pass) {
  EXPECT_EQ(plain(verify_text(made_up_comparison(), false)),
            "verify     frozen against eager: differ, max difference 0.5, would pass at rtol 0.25 "
            "(calls 1, 2, 3, 10)\n"
            "           B=8, call 1: out.b float32 [8, 10]: differ, max difference 0.5 (0.25 of "
            "the largest value, 0.5 of "
            "its own) at [1, 7]: 1 against 1.5; rtol 1.00e-05, would pass at rtol 0.25\n"
            "           B=8, call 1: out.c float32 [1, 10]: differ, shape: expected float32 [8, "
            "10], got float32 [1, 10]\n");
}

TEST(VerifyText, lists_what_is_the_same_only_on_request) {
  const std::vector<std::string> lines = lines_of(plain(verify_text(made_up_comparison(), true)));
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_TRUE(
      lines[1].starts_with("           B=8, call 1: out.a float32 [8]: same, max difference 0 "));
}

TEST(VerifyText, says_once_what_holds_for_several_calls_of_a_set) {
  VerifyResult verify{.reference = "a.pt", .candidate = "b.pt", .status = Match::differ};
  const OutputComparison wrong{.output = "out",
                               .status = Match::differ,
                               .reason = DifferenceReason::structure,
                               .detail = "expected tensor, got list[1]"};
  const OutputComparison other{.output = "out",
                               .status = Match::differ,
                               .reason = DifferenceReason::raised,
                               .detail = "no memory"};
  verify.calls = {{.set = "B=1", .call = 1, .outputs = {wrong}},
                  {.set = "B=1", .call = 2, .outputs = {wrong}},
                  {.set = "B=1", .call = 3, .outputs = {other}},
                  {.set = "B=8", .call = 1, .outputs = {wrong}}};
  EXPECT_EQ(plain(verify_text(verify, false)),
            "verify     b.pt against a.pt: differ\n"
            "           B=1, calls 1, 2: out: differ, structure: expected tensor, got list[1]\n"
            "           B=1, call 3: out: differ, raised: no memory\n"
            "           B=8, call 1: out: differ, structure: expected tensor, got list[1]\n");
}

TEST(VerifyText, shows_a_kernel_only_where_it_differs_from_the_calls_without_one) {
  VerifyResult verify = made_up_comparison();
  const CallComparison usual = verify.calls[0];
  const auto forced = [&](const std::string& kernel, double would_pass) {
    CallComparison call = usual;
    call.kernel = kernel;
    for (OutputComparison& output : call.outputs) {
      if (output.would_pass_rtol) output.would_pass_rtol = would_pass;
    }
    return call;
  };
  verify.calls = {usual, forced("plain", 0.25), forced("mkl", 0.5), forced("onednn", 0.5)};
  const std::vector<std::string> lines = lines_of(plain(verify_text(verify, false)));
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_TRUE(lines[1].ends_with("would pass at rtol 0.25")) << lines[1];
  EXPECT_TRUE(lines[2].starts_with("           B=8, call 1: out.c")) << lines[2];
  EXPECT_TRUE(lines[3].starts_with("           B=8, call 1: out.b")) << lines[3];
  EXPECT_TRUE(lines[3].ends_with("would pass at rtol 0.5, with the kernels mkl, onednn"))
      << lines[3];
}

TEST(VerifyText, rounds_the_tolerance_that_would_pass_up) {
  VerifyResult verify = made_up_comparison();
  verify.would_pass_rtol = verify.calls[0].outputs[1].would_pass_rtol = 1.2341e-7;
  const std::vector<std::string> lines = lines_of(plain(verify_text(verify, false)));
  EXPECT_NE(lines[0].find("would pass at rtol 1.24e-07"), std::string::npos) << lines[0];
  EXPECT_NE(lines[1].find("would pass at rtol 1.24e-07"), std::string::npos) << lines[1];
}

TEST(VerifyText, says_that_no_tolerance_would_do_for_a_nan) {
  VerifyResult verify = made_up_comparison();
  OutputComparison& nan = verify.calls[0].outputs[1];
  nan.reason = DifferenceReason::nan;
  nan.would_pass_rtol.reset();
  nan.atol = 0.001;
  verify.calls[0].outputs = {nan};
  EXPECT_TRUE(verify_text(verify, false)
                  .ends_with("; rtol 1.00e-05, atol 0.001, would not pass at any rtol\n"));
}

}  // namespace
}  // namespace tsctl
