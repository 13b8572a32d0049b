#include <gtest/gtest.h>

#include <array>
#include <random>

#include "tsctl/core/base/error.h"
#include "tsctl/core/inputs/input_spec.h"

namespace tsctl {
namespace {

// Pieces that specs are made of, and some that they are not.
constexpr std::array<const char*, 40> kPieces{"1",     "3",
                                              "224",   "0",
                                              "x",     "x",
                                              "x",     ":",
                                              ":",     "@",
                                              "..",    ",",
                                              "[",     "]",
                                              "B",     "T",
                                              "BATCH", "_",
                                              "a",     "ids",
                                              "-",     ".",
                                              "e",     "1e400",
                                              "-1",    "scalar",
                                              "int64", "f32",
                                              "bool",  "float16",
                                              "inf",   "nan",
                                              " ",     "=",
                                              "\xff",  "\n",
                                              "u8",    "9999999999999999999",
                                              "0.5",   "'"};

bool equal(const InputSpec& left, const InputSpec& right) {
  if (left.name != right.name || left.dtype != right.dtype || left.low != right.low ||
      left.high != right.high || left.shape.size() != right.shape.size()) {
    return false;
  }
  for (std::size_t i = 0; i < left.shape.size(); ++i) {
    if (left.shape[i].value != right.shape[i].value || left.shape[i].dim != right.shape[i].dim)
      return false;
  }
  return true;
}

std::string random_text(std::mt19937_64& random) {
  std::string text;
  for (std::uint64_t pieces = random() % 9; pieces > 0; --pieces)
    text += kPieces[random() % kPieces.size()];
  return text;
}

std::string random_spec(std::mt19937_64& random) {
  const std::vector<std::string> dtypes = name_list<Dtype>();
  const Dtype dtype = *dtype_from_name(dtypes[random() % dtypes.size()]);
  std::string text = random() % 2 == 0 ? "" : "name_" + std::to_string(random() % 100) + ':';
  const std::uint64_t rank = random() % 5;
  if (rank == 0) text += "scalar";
  for (std::uint64_t axis = 0; axis < rank; ++axis) {
    text += (axis > 0 ? "x" : "") +
            (random() % 3 == 0 ? "D" + std::to_string(axis) : std::to_string(random() % 999));
  }
  text += ':' + name_of(dtype);
  if (dtype == Dtype::boolean || random() % 2 == 0) return text;
  const std::string fraction = is_floating(dtype) ? '.' + std::to_string(random() % 1000) : "";
  const std::uint64_t low = random() % 64;
  return text + '@' + std::to_string(low) + fraction + ".." +
         std::to_string(low + 1 + random() % 60);
}

TEST(InputSpecProperties, any_text_is_a_spec_or_a_usage_error_that_echoes_it) {
  std::mt19937_64 random(1);
  int read = 0;
  for (int i = 0; i < 50'000; ++i) {
    const std::string text = random_text(random);
    try {
      const InputSpec spec = input_spec_from_text(text);
      const InputSpec again = input_spec_from_text(text_from_input_spec(spec));
      EXPECT_TRUE(equal(spec, again)) << text;
      ++read;
    } catch (const Error& error) {
      ASSERT_EQ(error.kind(), ErrorKind::usage) << text;
      ASSERT_TRUE(std::string(error.what()).starts_with("--input '" + text + "': ")) << text;
      ASSERT_FALSE(error.hint().empty()) << text;
    }
  }
  // The pieces must not be so odd that only refusals are tried.
  EXPECT_GT(read, 1000);
}

TEST(InputSpecProperties, a_well_formed_spec_reads_back_from_its_normal_form) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = random_spec(random);
    const InputSpec spec = input_spec_from_text(text);
    const std::string normal = text_from_input_spec(spec);
    const InputSpec again = input_spec_from_text(normal);
    ASSERT_TRUE(equal(spec, again)) << text;
    ASSERT_EQ(text_from_input_spec(again), normal);
  }
}

TEST(InputSpecProperties, any_text_is_a_dimension_or_a_usage_error_that_echoes_it) {
  std::mt19937_64 random(3);
  int read = 0;
  for (int i = 0; i < 50'000; ++i) {
    const std::string text = "B=" + random_text(random);
    try {
      for (const std::int64_t value : dim_spec_from_text(text).values) ASSERT_GE(value, 1);
      ++read;
    } catch (const Error& error) {
      ASSERT_EQ(error.kind(), ErrorKind::usage) << text;
      ASSERT_TRUE(std::string(error.what()).starts_with("--dim '" + text + "': ")) << text;
    }
  }
  EXPECT_GT(read, 100);
}

}  // namespace
}  // namespace tsctl
