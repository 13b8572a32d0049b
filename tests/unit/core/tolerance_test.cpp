#include "tsctl/core/tolerance.h"

#include <gtest/gtest.h>

#include "core/error_of.h"
#include "tsctl/core/tensor_difference.h"

namespace tsctl {
namespace {

TEST(Tolerance, depends_on_the_dtype_and_has_no_absolute_floor) {
  EXPECT_EQ(default_tolerance(Dtype::float32).rtol, 1e-5);
  EXPECT_EQ(default_tolerance(Dtype::complex64).rtol, 1e-5);
  EXPECT_EQ(default_tolerance(Dtype::float64).rtol, 1e-12);
  EXPECT_EQ(default_tolerance(Dtype::complex128).rtol, 1e-12);
  EXPECT_EQ(default_tolerance(Dtype::float16).rtol, 2e-2);
  EXPECT_EQ(default_tolerance(Dtype::bfloat16).rtol, 2e-2);
  EXPECT_EQ(default_tolerance(Dtype::int64).rtol, 0.0);
  EXPECT_EQ(default_tolerance(Dtype::boolean).rtol, 0.0);
  for (const Dtype dtype : {Dtype::float32, Dtype::bfloat16, Dtype::int8})
    EXPECT_EQ(default_tolerance(dtype).atol, 0.0);
}

TEST(Tolerance, takes_the_last_override_that_names_the_output_or_none) {
  ToleranceOptions options;
  options.rtol = {{"", 1e-3}, {"out.logits", 1e-2}};
  options.atol = {{"out.logits", 1e-6}, {"", 1e-7}};
  EXPECT_EQ(tolerance_for(Dtype::float32, "out.logits", options).rtol, 1e-2);
  EXPECT_EQ(tolerance_for(Dtype::float32, "out.hidden", options).rtol, 1e-3);
  EXPECT_EQ(tolerance_for(Dtype::float32, "out.logits", options).atol, 1e-7);
  EXPECT_EQ(tolerance_for(Dtype::float64, "out", {}).rtol, 1e-12);
}

TEST(ToleranceOverride, is_a_number_with_or_without_an_output) {
  EXPECT_EQ(tolerance_override_from_text("1e-4", "--rtol").output, "");
  EXPECT_EQ(tolerance_override_from_text("1e-4", "--rtol").value, 1e-4);
  EXPECT_EQ(tolerance_override_from_text("out.logits:0.5", "--rtol").output, "out.logits");
  EXPECT_EQ(tolerance_override_from_text("out.logits:0.5", "--rtol").value, 0.5);
  EXPECT_EQ(tolerance_override_from_text("out['a:b']:0", "--atol").output, "out['a:b']");
}

TEST(ToleranceOverride, names_the_flag_and_the_part_that_is_wrong) {
  const auto error_of = [](const std::string& text) {
    return usage_error_of([&] { tolerance_override_from_text(text, "--rtol"); });
  };
  const std::string hint =
      " | write a number, or OUTPUT:NUMBER for one output: --rtol out.logits:1e-4";
  EXPECT_EQ(error_of("small"), "--rtol 'small': 'small' is not a number" + hint);
  EXPECT_EQ(error_of("out:"), "--rtol 'out:': '' is not a number" + hint);
  EXPECT_EQ(error_of("1e-4x"), "--rtol '1e-4x': '1e-4x' is not a number" + hint);
  EXPECT_EQ(error_of("nan"), "--rtol 'nan': 'nan' is not a number" + hint);
  EXPECT_EQ(error_of("-1"), "--rtol '-1': a tolerance cannot be negative" + hint);
  EXPECT_EQ(error_of(":1"), "--rtol ':1': the output's name is missing" + hint);
}

}  // namespace
}  // namespace tsctl
