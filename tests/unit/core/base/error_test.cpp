#include "tsctl/core/base/error.h"

#include <gtest/gtest.h>

namespace tsctl {
namespace {

TEST(Error, carries_what_hint_and_detail) {
  const Error error(ErrorKind::capture, "it failed", "try this", "a\nb");
  EXPECT_STREQ(error.what(), "it failed");
  EXPECT_EQ(error.kind(), ErrorKind::capture);
  EXPECT_EQ(error.hint(), "try this");
  EXPECT_EQ(error.detail(), "a\nb");
}

TEST(ErrorKind, has_the_exit_code_of_the_contract) {
  EXPECT_EQ(static_cast<int>(exit_code_from_kind(ErrorKind::usage)), 2);
  EXPECT_EQ(static_cast<int>(exit_code_from_kind(ErrorKind::input)), 3);
  EXPECT_EQ(static_cast<int>(exit_code_from_kind(ErrorKind::capture)), 4);
  EXPECT_EQ(static_cast<int>(exit_code_from_kind(ErrorKind::execution)), 5);
  EXPECT_EQ(static_cast<int>(exit_code_from_kind(ErrorKind::environment)), 7);
  EXPECT_EQ(static_cast<int>(exit_code_from_kind(ErrorKind::interrupted)), 130);
}

TEST(ErrorKind, reads_back_from_its_name) {
  for (const ErrorKind kind :
       {ErrorKind::usage, ErrorKind::input, ErrorKind::capture, ErrorKind::execution,
        ErrorKind::environment, ErrorKind::interrupted}) {
    EXPECT_EQ(kind_from_name(name_of(kind)), kind);
  }
  EXPECT_THROW(kind_from_name("nothing"), std::invalid_argument);
}

}  // namespace
}  // namespace tsctl
