#include "tsctl/core/inputs/input_spec.h"

#include <gtest/gtest.h>

#include "core/error_of.h"

namespace tsctl {
namespace {

std::string shape_of(const InputSpec& spec) {
  std::string text;
  for (const Size& size : spec.shape) {
    text += (text.empty() ? "" : " ") + (size.dim.empty() ? std::to_string(size.value) : size.dim);
  }
  return text;
}

std::string error_of(const std::string& text) {
  return usage_error_of([&] { input_spec_from_text(text); });
}

constexpr const char* kForm =
    " | the form is [NAME:]SHAPE[:DTYPE][@LO..HI], such as 1x3x224x224 or ids:BxT:int64@0..30521";

TEST(InputSpec, is_a_float32_of_the_given_sizes_by_default) {
  const InputSpec spec = input_spec_from_text("1x3x224x224");
  EXPECT_EQ(spec.text, "1x3x224x224");
  EXPECT_EQ(spec.name, "");
  EXPECT_EQ(shape_of(spec), "1 3 224 224");
  EXPECT_EQ(spec.dtype, Dtype::float32);
  EXPECT_EQ(spec.low, std::nullopt);
  EXPECT_EQ(spec.high, std::nullopt);
}

TEST(InputSpec, reads_name_dimensions_dtype_and_range) {
  const InputSpec spec = input_spec_from_text("ids:BxT:int64@0..30521");
  EXPECT_EQ(spec.name, "ids");
  EXPECT_EQ(shape_of(spec), "B T");
  EXPECT_EQ(spec.dtype, Dtype::int64);
  EXPECT_EQ(spec.low, 0.0);
  EXPECT_EQ(spec.high, 30521.0);
}

TEST(InputSpec, takes_an_item_of_a_list_or_a_member_of_a_dict_as_the_name) {
  EXPECT_EQ(input_spec_from_text("images[0]:3xHxW").name, "images[0]");
  EXPECT_EQ(input_spec_from_text("batch.ids:BxT:int64@0..9").name, "batch.ids");
  EXPECT_EQ(input_spec_from_text("past[0][1]:[1,2]:f16").name, "past[0][1]");
  EXPECT_EQ(error_of("x[a]:1x3"),
            std::string("--input 'x[a]:1x3': 'x[a]' is neither a name nor a shape") + kForm);
  EXPECT_EQ(error_of("x[0]:int64"),
            "--input 'x[0]:int64': the shape of 'x[0]' is missing | write x[0]:SHAPE:int64");
}

TEST(InputSpec, distinguishes_dimension_names_from_the_separator) {
  EXPECT_EQ(shape_of(input_spec_from_text("Bx1x28x28")), "B 1 28 28");
  EXPECT_EQ(shape_of(input_spec_from_text("XxY")), "X Y");
  EXPECT_EQ(shape_of(input_spec_from_text("BATCH_2x3")), "BATCH_2 3");
}

TEST(InputSpec, takes_a_dtype_after_the_colon_as_the_dtype) {
  const InputSpec typed = input_spec_from_text("B:int64");
  EXPECT_EQ(typed.name, "");
  EXPECT_EQ(shape_of(typed), "B");
  EXPECT_EQ(typed.dtype, Dtype::int64);

  const InputSpec named = input_spec_from_text("B:T");
  EXPECT_EQ(named.name, "B");
  EXPECT_EQ(shape_of(named), "T");

  EXPECT_EQ(input_spec_from_text("float32:2x3").name, "float32");
}

TEST(InputSpec, parses_scalars_and_bracketed_shapes) {
  EXPECT_TRUE(input_spec_from_text("scalar").shape.empty());
  EXPECT_EQ(input_spec_from_text("t:scalar:i64").name, "t");
  EXPECT_TRUE(input_spec_from_text("[]").shape.empty());
  EXPECT_EQ(shape_of(input_spec_from_text("[1,3,224,224]")), "1 3 224 224");
  EXPECT_EQ(shape_of(input_spec_from_text("x:[B, 3]:f16")), "B 3");
  EXPECT_EQ(shape_of(input_spec_from_text("7")), "7");
  EXPECT_EQ(shape_of(input_spec_from_text("2x0x4")), "2 0 4");
}

TEST(InputSpec, reads_ranges_with_signs_and_fractions) {
  const InputSpec spec = input_spec_from_text("4@-0.5..1e3");
  EXPECT_EQ(spec.low, -0.5);
  EXPECT_EQ(spec.high, 1000.0);
  EXPECT_EQ(input_spec_from_text("4:u8@255..255").low, 255.0);
  EXPECT_EQ(input_spec_from_text("4:i8@-128..127").low, -128.0);
}

TEST(InputSpec, names_the_part_of_a_shape_that_is_wrong) {
  EXPECT_EQ(error_of("1xx3"),
            std::string("--input '1xx3': in the shape '1xx3', a size is missing") + kForm);
  EXPECT_EQ(error_of("batchx3"),
            std::string("--input 'batchx3': in the shape 'batchx3', 'batch' is not a size; write "
                        "the name of a dimension in capitals") +
                kForm);
  EXPECT_EQ(error_of("1x-3"), std::string("--input '1x-3': in the shape '1x-3', '-3' is neither a "
                                          "number nor the name of a dimension") +
                                  kForm);
  EXPECT_EQ(
      error_of("99999999999999999999"),
      std::string("--input '99999999999999999999': in the shape '99999999999999999999', the size "
                  "'99999999999999999999' is too large") +
          kForm);
  EXPECT_EQ(error_of("[1,2"),
            std::string("--input '[1,2': the shape '[1,2' has no closing bracket") + kForm);
  EXPECT_EQ(error_of("x:"), std::string("--input 'x:': the shape is missing") + kForm);
  EXPECT_EQ(error_of(""), std::string("--input '': it is empty") + kForm);
}

TEST(InputSpec, offers_the_dtype_that_was_meant) {
  EXPECT_EQ(error_of("1x3:flaot32"),
            "--input '1x3:flaot32': there is no dtype 'flaot32' | did you mean float32?");
  EXPECT_EQ(error_of("x:1x3:int46"),
            "--input 'x:1x3:int46': there is no dtype 'int46' | did you mean int64?");
  EXPECT_EQ(error_of("B:flaot32"),
            "--input 'B:flaot32': there is no dtype 'flaot32' | did you mean float32?");
  EXPECT_EQ(error_of("1x3:quantized"),
            "--input '1x3:quantized': there is no dtype 'quantized' | the dtypes are float32, "
            "float64, float16, "
            "bfloat16, int64, int32, int16, int8, uint8, bool, complex64, complex128");
  EXPECT_EQ(error_of("1x3:"),
            std::string("--input '1x3:': the dtype after the colon is missing") + kForm);
}

TEST(InputSpec, names_the_other_parts_that_are_wrong) {
  EXPECT_EQ(error_of("1a:1x3:f32"),
            std::string("--input '1a:1x3:f32': '1a' is not a parameter name") + kForm);
  EXPECT_EQ(error_of(":1x3:f32"),
            std::string("--input ':1x3:f32': the name before the first colon is missing") + kForm);
  EXPECT_EQ(
      error_of("a:1:f32:2"),
      std::string("--input 'a:1:f32:2': it has more than three parts between colons") + kForm);
  EXPECT_EQ(error_of("a-b:1x3"),
            std::string("--input 'a-b:1x3': 'a-b' is neither a name nor a shape") + kForm);
  EXPECT_EQ(error_of("ids:int64"),
            "--input 'ids:int64': the shape of 'ids' is missing | write ids:SHAPE:int64");
  EXPECT_EQ(error_of("ids:1xq"),
            std::string("--input 'ids:1xq': in the shape '1xq', 'q' is not a size; write the name "
                        "of a dimension in capitals") +
                kForm);
}

TEST(InputSpec, names_the_bound_of_a_range_that_is_wrong) {
  EXPECT_EQ(error_of("4@1"),
            "--input '4@1': the range '1' has no '..' | write @LO..HI; both bounds are inclusive");
  EXPECT_EQ(error_of("4@..1"),
            std::string("--input '4@..1': the lower bound of the range is missing") + kForm);
  EXPECT_EQ(error_of("4@1.."),
            std::string("--input '4@1..': the upper bound of the range is missing") + kForm);
  EXPECT_EQ(error_of("4@a..1"), std::string("--input '4@a..1': 'a' is not a number") + kForm);
  EXPECT_EQ(error_of("4@0..inf"), std::string("--input '4@0..inf': 'inf' is not a number") + kForm);
  EXPECT_EQ(
      error_of("4@2..1"),
      std::string("--input '4@2..1': the lower bound of the range '2..1' exceeds the upper bound") +
          kForm);
  EXPECT_EQ(
      error_of("4:int64@0..1.5"),
      std::string("--input '4:int64@0..1.5': '1.5' is not a whole number, which int64 needs") +
          kForm);
  EXPECT_EQ(error_of("4:uint8@0..256"),
            std::string("--input '4:uint8@0..256': '256' does not fit into uint8") + kForm);
  EXPECT_EQ(error_of("4:f16@0..1e5"),
            std::string("--input '4:f16@0..1e5': '1e5' does not fit into float16") + kForm);
  EXPECT_EQ(error_of("4:i64@0..1e17"),
            std::string("--input '4:i64@0..1e17': '1e17' exceeds 2^53, the largest bound") + kForm);
  EXPECT_EQ(error_of("4:bool@0..1"),
            "--input '4:bool@0..1': a bool input cannot have a range | leave out '@0..1'");
}

TEST(InputSpec, has_one_normal_form) {
  EXPECT_EQ(text_from_input_spec(input_spec_from_text("1x3")), "1x3:float32");
  EXPECT_EQ(text_from_input_spec(input_spec_from_text("ids:[B, 16]:long@0..30521")),
            "ids:Bx16:int64@0..30521");
  EXPECT_EQ(text_from_input_spec(input_spec_from_text("scalar:bool")), "scalar:bool");
  EXPECT_EQ(text_from_input_spec(input_spec_from_text("2@-0.1..0.1")), "2:float32@-0.1..0.1");
}

std::string dim_error_of(const std::string& text) {
  return usage_error_of([&] { dim_spec_from_text(text); });
}

constexpr const char* kDimForm = " | the form is NAME=V1,V2,…, such as B=1,8,32";

TEST(DimSpec, reads_a_name_and_its_values) {
  const DimSpec dim = dim_spec_from_text("B=1,8,32");
  EXPECT_EQ(dim.name, "B");
  EXPECT_EQ(dim.values, (std::vector<std::int64_t>{1, 8, 32}));
}

TEST(DimSpec, names_the_part_that_is_wrong) {
  EXPECT_EQ(dim_error_of("B"), std::string("--dim 'B': there is no '='") + kDimForm);
  EXPECT_EQ(dim_error_of("=1"),
            std::string("--dim '=1': the name before '=' is missing") + kDimForm);
  EXPECT_EQ(dim_error_of("b=1"),
            std::string("--dim 'b=1': 'b' is not the name of a dimension: write it in capitals") +
                kDimForm);
  EXPECT_EQ(dim_error_of("B="), std::string("--dim 'B=': a value is missing") + kDimForm);
  EXPECT_EQ(dim_error_of("B=1,,2"), std::string("--dim 'B=1,,2': a value is missing") + kDimForm);
  EXPECT_EQ(dim_error_of("B=1,two"),
            std::string("--dim 'B=1,two': 'two' is not a whole number") + kDimForm);
  EXPECT_EQ(dim_error_of("B=0"), std::string("--dim 'B=0': '0' is below 1") + kDimForm);
  EXPECT_EQ(dim_error_of("B=-4"), std::string("--dim 'B=-4': '-4' is below 1") + kDimForm);
  EXPECT_EQ(dim_error_of("B=8,8"), std::string("--dim 'B=8,8': '8' is given twice") + kDimForm);
  EXPECT_EQ(dim_error_of("B=99999999999999999999"),
            std::string("--dim 'B=99999999999999999999': '99999999999999999999' is too large") +
                kDimForm);
}

TEST(BenchDims, are_read_from_a_joined_text) {
  EXPECT_TRUE(bench_dims_from_text("").empty());
  const std::vector<DimSpec> dims = bench_dims_from_text("B=8,T=16");
  ASSERT_EQ(dims.size(), 2U);
  EXPECT_EQ(dims[0].name, "B");
  EXPECT_EQ(dims[1].values, (std::vector<std::int64_t>{16}));
  EXPECT_EQ(usage_error_of([] { bench_dims_from_text("B=8,16"); }),
            std::string("--bench-dim '16': there is no '='") + kDimForm);
}

}  // namespace
}  // namespace tsctl
