#include "tsctl/core/inputs/dtype.h"

#include <gtest/gtest.h>

#include <set>

namespace tsctl {
namespace {

constexpr Dtype kAll[] = {Dtype::float32, Dtype::float64, Dtype::float16,   Dtype::bfloat16,
                          Dtype::int64,   Dtype::int32,   Dtype::int16,     Dtype::int8,
                          Dtype::uint8,   Dtype::boolean, Dtype::complex64, Dtype::complex128};

TEST(DtypeNames, read_back_as_the_same_dtype) {
  for (const Dtype dtype : kAll) EXPECT_EQ(dtype_from_name(name_of(dtype)), dtype);
}

TEST(DtypeNames, offer_each_dtype_once) {
  const std::vector<std::string> names = name_list<Dtype>();
  EXPECT_EQ(names.size(), std::size(kAll));
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
  EXPECT_EQ(names.front(), "float32");
}

TEST(DtypeNames, include_the_short_forms) {
  EXPECT_EQ(dtype_from_name("f32"), Dtype::float32);
  EXPECT_EQ(dtype_from_name("float"), Dtype::float32);
  EXPECT_EQ(dtype_from_name("double"), Dtype::float64);
  EXPECT_EQ(dtype_from_name("half"), Dtype::float16);
  EXPECT_EQ(dtype_from_name("bf16"), Dtype::bfloat16);
  EXPECT_EQ(dtype_from_name("long"), Dtype::int64);
  EXPECT_EQ(dtype_from_name("i32"), Dtype::int32);
  EXPECT_EQ(dtype_from_name("short"), Dtype::int16);
  EXPECT_EQ(dtype_from_name("char"), Dtype::int8);
  EXPECT_EQ(dtype_from_name("byte"), Dtype::uint8);
  EXPECT_EQ(dtype_from_name("boolean"), Dtype::boolean);
  EXPECT_EQ(dtype_from_name("c64"), Dtype::complex64);
  EXPECT_EQ(dtype_from_name("cdouble"), Dtype::complex128);
}

TEST(DtypeNames, include_nothing_else) {
  EXPECT_EQ(dtype_from_name(""), std::nullopt);
  EXPECT_EQ(dtype_from_name("Float32"), std::nullopt);
  EXPECT_EQ(dtype_from_name("float3"), std::nullopt);
  EXPECT_EQ(dtype_from_name("torch.float32"), std::nullopt);
}

TEST(Dtype, has_the_size_of_torch_elements) {
  EXPECT_EQ(element_size_bytes(Dtype::float32), 4U);
  EXPECT_EQ(element_size_bytes(Dtype::bfloat16), 2U);
  EXPECT_EQ(element_size_bytes(Dtype::int64), 8U);
  EXPECT_EQ(element_size_bytes(Dtype::boolean), 1U);
  EXPECT_EQ(element_size_bytes(Dtype::complex128), 16U);
}

TEST(Dtype, is_floating_complex_or_neither) {
  for (const Dtype dtype : kAll) EXPECT_FALSE(is_floating(dtype) && is_complex(dtype));
  EXPECT_TRUE(is_floating(Dtype::bfloat16));
  EXPECT_FALSE(is_floating(Dtype::int8));
  EXPECT_FALSE(is_floating(Dtype::complex64));
  EXPECT_TRUE(is_complex(Dtype::complex64));
  EXPECT_FALSE(is_complex(Dtype::boolean));
}

}  // namespace
}  // namespace tsctl
